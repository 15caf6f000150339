import type sodiumNative from 'sodium-native'
import {
  PUBLIC_KEY_LENGTH,
  SEED_LENGTH,
  SIGNATURE_LENGTH,
  type Ed25519,
  type Signer,
} from './ed25519.ts'
import { rememberKeys } from './remembered-keys.ts'

type Sodium = typeof sodiumNative

/** Ed25519 by libsodium, or undefined where there is no binary for this machine. */
export async function sodiumEd25519(): Promise<Ed25519 | undefined> {
  const sodium = await loadSodium()
  return sodium === undefined ? undefined : ed25519Of(sodium)
}

async function loadSodium(): Promise<Sodium | undefined> {
  try {
    const loaded = await import('sodium-native')
    return loaded.default
  } catch {
    return undefined
  }
}

function ed25519Of(sodium: Sodium): Ed25519 {
  const isPublicKey = (publicKey: Uint8Array): boolean =>
    publicKey.length === PUBLIC_KEY_LENGTH &&
    sodium.crypto_core_ed25519_is_valid_point(asBuffer(publicKey))
  // libsodium's verification alone would take keys of mixed order.
  const proven = rememberKeys((publicKey) => isPublicKey(publicKey) || undefined)
  return {
    name: 'sodium',
    isPublicKey,
    publicKeyOf: (seed) => expand(sodium, seed).publicKey,
    signer: (seed) => signerOf(sodium, expand(sodium, seed).secretKey),
    verify: (publicKey, message, signature) =>
      signature.length === SIGNATURE_LENGTH &&
      proven(publicKey) === true &&
      sodium.crypto_sign_verify_detached(
        asBuffer(signature),
        asBuffer(message),
        asBuffer(publicKey),
      ),
  }
}

function signerOf(sodium: Sodium, secretKey: Buffer): Signer {
  return (message) => {
    const signature = Buffer.alloc(SIGNATURE_LENGTH)
    sodium.crypto_sign_detached(signature, asBuffer(message), secretKey)
    return signature
  }
}

function expand(sodium: Sodium, seed: Uint8Array) {
  if (seed.length !== SEED_LENGTH) throw new TypeError('an Ed25519 seed has 32 bytes')
  const publicKey = Buffer.alloc(PUBLIC_KEY_LENGTH)
  const secretKey = Buffer.alloc(SEED_LENGTH + PUBLIC_KEY_LENGTH)
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, asBuffer(seed))
  return { publicKey, secretKey }
}

/** The same bytes, not a copy. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
