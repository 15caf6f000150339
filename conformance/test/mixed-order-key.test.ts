import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { mixedOrderProof } from '../wire/mixed-order-key.ts'

test('only the rule about the subgroup can refuse a proof of mixed order', () => {
  for (let round = 0; round < 20; round++) {
    const nonce = '00112233'.repeat(8)
    const proof = mixedOrderProof(nonce)
    const x = Buffer.from(proof.public_key, 'base64').toString('base64url')
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    const signature = Buffer.from(proof.signature, 'base64')
    assert.ok(verify(null, Buffer.from(nonce, 'hex'), key, signature))
  }
})
