import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { makeNonce, readNonce } from '../../../src/domain/identity/nonce.ts'

const secret = randomBytes(32)
const keys = {
  nonceMac: (bytes: Uint8Array) =>
    createHmac('sha256', secret).update(bytes).digest().subarray(0, 16),
}
const now = 1_767_323_045_000

test('a nonce reads back with the instant at which it expires, thirty seconds ahead', () => {
  const text = makeNonce(keys, () => now, randomBytes)
  assert.match(text, /^[0-9a-f]{64}$/)
  assert.equal(readNonce(text, keys)?.expiresAt, now + 30_000)
})

test('a nonce with any digit changed is not ours', () => {
  const text = makeNonce(keys, () => now, randomBytes)
  fc.assert(
    fc.property(fc.nat(63), fc.integer({ min: 1, max: 15 }), (position, shift) => {
      const digit = (Number.parseInt(text.charAt(position), 16) + shift) % 16
      const forged = text.slice(0, position) + digit.toString(16) + text.slice(position + 1)
      assert.equal(readNonce(forged, keys), undefined)
    }),
  )
})

test('anything that is not 64 lower-case hex characters is not a nonce', () => {
  const text = makeNonce(keys, () => now, randomBytes)
  const others = [text.toUpperCase().replace(/[0-9]/g, 'A'), `${text}00`, text.slice(2), '', 'zz']
  for (const other of others) assert.equal(readNonce(other, keys), undefined)
})
