// The test vectors of the contract (section 10), kept as JSON for writers of other clients. What the contract gives
// was computed by outside scripts; the second record and the tokens were added with this code and node:crypto.
import assert from 'node:assert/strict'
import { createHash, createPublicKey, sign } from 'node:crypto'
import test from 'node:test'
import {
  auditHashInput,
  chainHashInput,
  checkpointInput,
  delegationInput,
  encodeBase64url,
  encodeHex,
  genesisHash,
  keyIdInput,
  previousRecordInput,
  publishedTargetInput,
  readClaims,
  readToken,
  tokenHeader,
  unsignedToken,
  verifyAuditChain,
} from '@agentwrit/protocol'
import { readVector, type Vectors } from './read-vector.ts'
import { derivedKey, sha256, vectorKey } from './vector-keys.ts'

const { file_key: fileKey, first_signing_key: firstSigningKey } = readVector('keys')

test('the key id is the RFC 7638 thumbprint of the RFC 8037 key', () => {
  assert.equal(sha256Base64url(keyIdInput(fileKey.x)), fileKey.kid)
})

test('the first signing key of a deployment is derived from the seed', () => {
  const { x } = createPublicKey(derivedKey).export({ format: 'jwk' })
  assert.equal(x, firstSigningKey.x)
  assert.equal(sha256Base64url(keyIdInput(firstSigningKey.x)), firstSigningKey.kid)
})

test('a chain of two delegation records is signed, linked and hashed as the contract says', () => {
  const vector = readVector('delegation-chain')
  let previous = genesisHash
  for (const [index, record] of vector.chain.entries()) {
    const input = delegationInput(record)
    assert.equal(sha256(input), vector.input_sha256[index])
    assert.equal(signHex(input), record.signature)
    assert.equal(record.prev, previous)
    assert.equal(sha256(chainHashInput(vector.chain.slice(0, index + 1))), vector.chain_hash[index])
    previous = sha256(previousRecordInput(record))
  }
  assert.equal(vector.chain.length, 2)
})

test('an audit event has the hash of the contract, and is a chain of one', async () => {
  const event = readVector('audit-event')
  assert.equal(sha256(auditHashInput(event)), event.hash)
  assert.deepEqual(await verifyAuditChain([event], sha256), {
    ok: true,
    events_checked: 1,
    head: { seq: 1, hash: event.hash },
  })
})

test('a checkpoint has the signature of the contract', () => {
  const checkpoint = readVector('checkpoint')
  assert.equal(checkpoint.hash, readVector('audit-event').hash)
  assert.equal(signHex(checkpointInput(checkpoint)), checkpoint.signature)
})

test('a published revocation target is the hash of the contract', () => {
  const vector = readVector('published-target')
  assert.equal(sha256(publishedTargetInput(vector.level, vector.target)), vector.sha256)
})

test('a token, delegated or not, is written and read byte for byte', () => {
  for (const name of ['token', 'delegated-token'] as const) assertToken(readVector(name))
})

function assertToken(vector: Vectors['token']): void {
  const unsigned = unsignedToken(vector.claims, fileKey.kid)
  const signature = sign(null, Buffer.from(unsigned), vectorKey)
  assert.equal(tokenHeader(fileKey.kid), vector.header)
  assert.equal(`${unsigned}.${encodeBase64url(signature)}`, vector.token)

  const parts = readToken(vector.token)
  assert.equal(parts?.kid, fileKey.kid)
  assert.equal(parts.signingInput, unsigned)
  assert.deepEqual(readClaims(parts.payload), vector.claims)
  assert.deepEqual(Buffer.from(parts.signature), signature)
}

function sha256Base64url(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function signHex(text: string): string {
  return encodeHex(sign(null, Buffer.from(text), vectorKey))
}
