import { hkdfSync } from 'node:crypto'

// The deployment's seed is input to HKDF-SHA-256 (RFC 5869) and nothing else: it never signs, encrypts or
// authenticates. Each use has its own key, so that no use can lend its key to another (contract 2.9).

/** Private seed of the deployment's first signing key. */
export function firstSigningSeed(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return derive(seed, 'agentwrit-signing-v1')
}

/** Authenticates nonces (contract 3.1). */
export function nonceKey(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return derive(seed, 'agentwrit-nonce-v1')
}

/** Authenticates the rows of the store that grant authority (contract 5.4). */
export function macKey(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return derive(seed, 'agentwrit-mac-v1')
}

/** Encrypts the signing keys in the store. */
export function keystoreKey(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return derive(seed, 'agentwrit-keystore-v1')
}

/** Kept in the store, public: tells whether a broker holds this store's seed. Hex. */
export function fingerprint(seed: Uint8Array): string {
  return Buffer.from(derive(seed, 'agentwrit-fingerprint-v1')).toString('hex')
}

function derive(seed: Uint8Array, info: string): Uint8Array<ArrayBuffer> {
  if (seed.length !== 32) throw new TypeError('the seed of a deployment has 32 bytes')
  return new Uint8Array(hkdfSync('sha256', seed, '', info, 32))
}
