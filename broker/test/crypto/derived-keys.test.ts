import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import {
  fingerprint,
  firstSigningSeed,
  keystoreKey,
  macKey,
  nonceKey,
} from '../../src/crypto/derived-keys.ts'
import { vectorSeed } from './vectors.ts'

/** RFC 5869 by hand: extract with 32 zeros for an empty salt, expand one block. */
function hkdf(seed: Buffer, info: string): string {
  const extracted = createHmac('sha256', Buffer.alloc(32)).update(seed).digest()
  return createHmac('sha256', extracted).update(`${info}\u0001`).digest('hex')
}

test('each use has the key that HKDF-SHA-256 makes of the seed and its own info', () => {
  for (const seed of [vectorSeed, randomBytes(32)]) {
    const derived = [firstSigningSeed, nonceKey, macKey, keystoreKey].map((derive) =>
      Buffer.from(derive(seed)).toString('hex'),
    )
    const infos = ['signing', 'nonce', 'mac', 'keystore', 'fingerprint']
    assert.deepEqual(
      [...derived, fingerprint(seed)],
      infos.map((use) => hkdf(seed, `agentwrit-${use}-v1`)),
    )
  }
})

test('a seed of another size is refused', () => {
  for (const length of [0, 31, 33, 64]) {
    assert.throws(() => macKey(randomBytes(length)), TypeError)
  }
})
