import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { PUBLIC_KEY_LENGTH, SEED_LENGTH, SIGNATURE_LENGTH, type Ed25519 } from './ed25519.ts'
import { hasPrimeOrder } from './edwards25519.ts'
import { rememberKeys } from './remembered-keys.ts'

// RFC 8410: everything in the DER of a key that comes before its 32 bytes.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** Ed25519 by OpenSSL; it checks S and compares R byte for byte itself, but takes any point as a key. */
export function nodeEd25519(): Ed25519 {
  const toKey = rememberKeys((publicKey) =>
    isPublicKey(publicKey) ? importPublicKey(publicKey) : undefined,
  )
  return {
    name: 'node',
    isPublicKey,
    publicKeyOf: (seed) => rawPublicKey(importSeed(seed)),
    signer(seed) {
      const key = importSeed(seed)
      return (message) => sign(null, message, key)
    },
    verify(publicKey, message, signature) {
      if (signature.length !== SIGNATURE_LENGTH || isNeutral(signature.subarray(0, 32)))
        return false
      const key = toKey(publicKey)
      return key !== undefined && verify(null, message, key, signature)
    },
  }
}

function isPublicKey(publicKey: Uint8Array): boolean {
  return publicKey.length === PUBLIC_KEY_LENGTH && hasPrimeOrder(publicKey)
}

function importPublicKey(publicKey: Uint8Array): KeyObject {
  const key = Buffer.concat([SPKI_PREFIX, publicKey])
  return createPublicKey({ key, format: 'der', type: 'spki' })
}

function importSeed(seed: Uint8Array): KeyObject {
  if (seed.length !== SEED_LENGTH) throw new TypeError('an Ed25519 seed has 32 bytes')
  const key = Buffer.concat([PKCS8_PREFIX, seed])
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

function rawPublicKey(privateKey: KeyObject): Uint8Array<ArrayBuffer> {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return new Uint8Array(der.subarray(SPKI_PREFIX.length))
}

/**
 * The encoding of the neutral element. Under a key of prime order [S]B - [k]A has prime order too or is neutral, so no
 * other R of small order can pass the comparison.
 */
function isNeutral(encoded: Uint8Array): boolean {
  return encoded[0] === 1 && encoded.subarray(1).every((byte) => byte === 0)
}
