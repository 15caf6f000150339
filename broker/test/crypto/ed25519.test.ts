import assert from 'node:assert/strict'
import {
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign as opensslSign,
  verify as opensslVerify,
} from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { chooseEd25519 } from '../../src/crypto/choose-ed25519.ts'
import { L } from '../../src/crypto/edwards25519.ts'
import { nodeEd25519 } from '../../src/crypto/node-ed25519.ts'
import { sodiumEd25519 } from '../../src/crypto/sodium-ed25519.ts'
import {
  BASE,
  addOrder,
  encode,
  encodingsOfSmallOrder,
  forge,
  joined,
  littleEndian,
  smallOrderPoints,
  type Bytes,
} from './points.ts'
import { rfc8032Vectors } from './rfc8032-vectors.ts'

const node = nodeEd25519()
const sodium = await requireSodium()
const both = [sodium, node]
const message = Buffer.from('a nonce')

/** The common verdict; that it is common is what these tests are about. */
function verify(publicKey: Uint8Array, text: Uint8Array, signature: Uint8Array): boolean {
  const verdict = sodium.verify(publicKey, text, signature)
  assert.equal(node.verify(publicKey, text, signature), verdict, 'the implementations disagree')
  return verdict
}

function isPublicKey(publicKey: Uint8Array): boolean {
  const verdict = sodium.isPublicKey(publicKey)
  assert.equal(node.isPublicKey(publicKey), verdict, 'the implementations disagree')
  return verdict
}

async function requireSodium() {
  const loaded = await sodiumEd25519()
  assert.ok(loaded, 'sodium-native has no binary for this machine')
  return loaded
}

test('libsodium is chosen where it loads', async () => {
  assert.equal((await chooseEd25519()).name, 'sodium')
})

test('both reproduce the vectors of RFC 8032', () => {
  for (const { seed, publicKey, text, signature } of rfc8032Vectors) {
    for (const ed25519 of both) {
      assert.deepEqual(Buffer.from(ed25519.publicKeyOf(seed)), publicKey)
      assert.deepEqual(Buffer.from(ed25519.signer(seed)(text)), signature)
    }
    assert.ok(isPublicKey(publicKey))
    assert.ok(verify(publicKey, text, signature))
  }
})

test('both sign every message with the same bytes, which are those of node:crypto', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(bytes, fc.uint8Array({ maxLength: 200 }), (seed, text) => {
      const signature = Buffer.from(sodium.signer(seed)(text))
      assert.deepEqual(Buffer.from(node.signer(seed)(text)), signature)
      const der = joined(Buffer.from('302e020100300506032b657004220420', 'hex'), seed)
      const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
      assert.deepEqual(opensslSign(null, text, key), signature)
      assert.ok(verify(sodium.publicKeyOf(seed), text, signature))
    }),
    { numRuns: 30 },
  )
})

test('a signature with one bit changed, or of a message or key with one bit changed, is refused', () => {
  const seed = randomBytes(32)
  const publicKey = sodium.publicKeyOf(seed)
  const signature = sodium.signer(seed)(message)
  const whole = joined(publicKey, message, signature)
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const changed = whole.slice()
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const parts = [
      changed.subarray(0, 32),
      changed.subarray(32, -64),
      changed.subarray(-64),
    ] as const
    assert.equal(verify(...parts), false, `bit ${bit}`)
  }
})

test('whatever has another size is neither a key nor a signature, and throws nothing', () => {
  const seed = randomBytes(32)
  const publicKey = sodium.publicKeyOf(seed)
  const signature = sodium.signer(seed)(message)
  for (const length of [0, 1, 31, 33, 64]) {
    const other = joined(publicKey, publicKey).subarray(0, length)
    assert.equal(isPublicKey(other), false)
    assert.equal(verify(other, message, signature), false)
  }
  for (const length of [0, 1, 63, 65, 128]) {
    const other = joined(signature, signature).subarray(0, length)
    assert.equal(verify(publicKey, message, other), false)
  }
})

test('no encoding of a point of small order is a public key or the R of a signature', () => {
  const encodings = encodingsOfSmallOrder()
  assert.equal(encodings.length, 14)
  const seed = randomBytes(32)
  const good = sodium.signer(seed)(message)
  for (const encoded of encodings) {
    assert.equal(isPublicKey(encoded), false)
    // With S = 0 and a neutral key and R the equation holds for every message.
    assert.equal(verify(encoded, message, joined(encoded, littleEndian(0n))), false)
    assert.equal(verify(encoded, message, good), false)
    const swapped = joined(encoded, good.subarray(32))
    assert.equal(verify(sodium.publicKeyOf(seed), message, swapped), false)
  }
})

test('an encoding with y at or above the field prime is not a public key', () => {
  // y = p + n for every n that still fits into 255 bits, both signs.
  for (let number = 0n; number < 19n; number++) {
    const y = 2n ** 255n - 19n + number
    assert.equal(isPublicKey(littleEndian(y)), false)
    assert.equal(isPublicKey(littleEndian(y | (1n << 255n))), false)
  }
})

test('both judge every small y alike, on the curve or off it', () => {
  for (let y = 0n; y < 60n; y++) isPublicKey(littleEndian(y))
})

test('a public key of mixed order is none, and nothing verifies under it', () => {
  for (const torsion of smallOrderPoints.slice(1)) {
    const { publicKey, signature } = forge(message, {
      scalar: 11n,
      keyTorsion: torsion,
      once: 13n,
      torsion,
    })
    assert.equal(isPublicKey(publicKey), false)
    assert.equal(verify(publicKey, message, signature), false)
  }
})

/**
 * The conditions of the published "speccheck" list: key and R each of small, prime or mixed order, in every
 * combination, S such that the equation holds up to points of small order. Only the honest one may pass.
 */
test('of all mixtures of small and prime order only prime key with prime R verifies', () => {
  let accepted = 0
  for (const [key, keyTorsion] of smallOrderPoints.entries()) {
    for (const [commitment, torsion] of smallOrderPoints.entries()) {
      for (const [scalar, once] of [
        [0n, 0n],
        [0n, 7n],
        [5n, 0n],
        [5n, 7n],
      ] as const) {
        const forged = forge(message, { scalar, keyTorsion, once, torsion })
        const isHonest = key === 0 && commitment === 0 && scalar > 0n && once > 0n
        assert.equal(verify(forged.publicKey, message, forged.signature), isHonest)
        accepted += isHonest ? 1 : 0
      }
    }
  }
  assert.equal(accepted, 1)
})

test('S at or above the group order is refused, however often the order was added', () => {
  const seed = randomBytes(32)
  const signature = sodium.signer(seed)(message)
  assert.ok(verify(sodium.publicKeyOf(seed), message, addOrder(signature, 0n)))
  for (let times = 1n; times <= 14n; times++) {
    assert.equal(verify(sodium.publicKeyOf(seed), message, addOrder(signature, times)), false)
  }
  const atOrder = joined(signature.subarray(0, 32), littleEndian(L))
  assert.equal(verify(sodium.publicKeyOf(seed), message, atOrder), false)
})

test('OpenSSL alone would take a key of mixed order: the check is ours', () => {
  const { publicKey, signature } = findMixedForgery()
  const der = joined(Buffer.from('302a300506032b6570032100', 'hex'), publicKey)
  const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
  assert.ok(opensslVerify(null, message, key, signature))
  assert.equal(verify(publicKey, message, signature), false)
})

/** Key and R of mixed order whose small-order parts cancel out: what even a verifier without a cofactor takes. */
function findMixedForgery(): { publicKey: Bytes; signature: Bytes } {
  const two = smallOrderPoints[4]
  assert.ok(two)
  for (let once = 1n; ; once++) {
    const forged = forge(message, { scalar: 3n, keyTorsion: two, once, torsion: two })
    const der = joined(Buffer.from('302a300506032b6570032100', 'hex'), forged.publicKey)
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
    if (opensslVerify(null, message, key, forged.signature)) return forged
  }
}

test('both decide alike on any bytes', () => {
  const good = encode(BASE)
  const key = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.constant(good))
  const signature = fc.uint8Array({ minLength: 64, maxLength: 64 })
  fc.assert(
    fc.property(key, signature, (publicKey, bytes) => {
      isPublicKey(publicKey)
      verify(publicKey, message, bytes)
    }),
    { numRuns: 150 },
  )
})
