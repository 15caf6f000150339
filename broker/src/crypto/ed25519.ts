/**
 * Ed25519 (RFC 8032), decided by one rule whoever computes it, which is libsodium's: a public key is the canonical
 * encoding of a point in the prime-order subgroup other than the neutral element; a signature verifies only under such
 * a key, with canonical S (below the group order), an R that is not of small order, and R equal byte for byte to
 * [S]B - [k]A. Whatever has another size is not a key and not a signature.
 */
export interface Ed25519 {
  readonly name: 'sodium' | 'node'
  /** Public key of a 32-byte private seed. */
  publicKeyOf(seed: Uint8Array): Uint8Array<ArrayBuffer>
  signer(seed: Uint8Array): Signer
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  isPublicKey(publicKey: Uint8Array): boolean
}

/** Signs with one key; deterministic: the same message always gets the same 64 bytes. */
export type Signer = (message: Uint8Array) => Uint8Array<ArrayBuffer>

export const SEED_LENGTH = 32
export const PUBLIC_KEY_LENGTH = 32
export const SIGNATURE_LENGTH = 64
