// The keys of the vectors, with node:crypto: the one of RFC 8037 appendix A, and the signing key derived from it.
import { createHash, createPrivateKey, createPublicKey, hkdfSync, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import {
  decodeBase64url,
  encodeBase64url,
  unsignedToken,
  type ChainSigner,
  type ChainVerifierAtOnce,
  type Claims,
} from '@agentwrit/protocol'
import { readVector } from './read-vector.ts'

const { file_key: fileKey, first_signing_key: firstSigningKey } = readVector('keys')
const seed = decodeBase64url(fileKey.d) ?? new Uint8Array()
const derived = hkdfSync('sha256', seed, new Uint8Array(), firstSigningKey.info, 32)

export const vectorKey: KeyObject = toPrivateKey(seed)
export const derivedKey: KeyObject = toPrivateKey(new Uint8Array(derived))

/** Two keys that sign records, as before and after a rotation. */
export const signers: readonly [ChainSigner, ChainSigner] = [
  toSigner(fileKey.kid, vectorKey),
  toSigner(firstSigningKey.kid, derivedKey),
]

const publicKeys = new Map([
  [fileKey.kid, createPublicKey(vectorKey)],
  [firstSigningKey.kid, createPublicKey(derivedKey)],
])

/** Accepts both keys. */
export const verifier: ChainVerifierAtOnce = {
  hash: sha256,
  verify({ kid, message, signature }) {
    const key = publicKeys.get(kid)
    return key && verify(null, message, key, signature)
  },
}

export function signToken(claims: Claims): string {
  const unsigned = unsignedToken(claims, fileKey.kid)
  return `${unsigned}.${encodeBase64url(sign(null, Buffer.from(unsigned), vectorKey))}`
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function toSigner(kid: string, key: KeyObject): ChainSigner {
  return { kid, hash: sha256, sign: (message) => sign(null, message, key) }
}

/** PKCS#8 of a raw Ed25519 private key (RFC 8410 section 7). */
function toPrivateKey(raw: Uint8Array): KeyObject {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  return createPrivateKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'pkcs8' })
}
