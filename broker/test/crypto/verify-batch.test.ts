import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { packBatch, unpackBatch } from '../../src/crypto/verify-batch.ts'

test('a packed batch holds every check in its place', () => {
  const check = fc.record(
    {
      publicKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      message: fc.uint8Array({ maxLength: 300 }),
      signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(fc.array(check, { maxLength: 8 }), (checks) => {
      assert.deepEqual(unpackBatch(packBatch(checks)), checks)
    }),
  )
})

test('a batch that was cut off is an error, not fewer checks', () => {
  const check = {
    publicKey: new Uint8Array(32),
    message: new Uint8Array(1),
    signature: new Uint8Array(64),
  }
  const packed = packBatch([check, check])
  assert.throws(() => unpackBatch(packed.subarray(0, packed.length - 60)), RangeError)
})
