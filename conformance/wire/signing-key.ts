import { createPrivateKey, createPublicKey, hkdfSync, sign, type KeyObject } from 'node:crypto'
import { encodeBase64url, keyIdInput } from '@agentwrit/protocol'
import { sha256 } from './sha-256.ts'

/** A key that can sign what the broker under test never would. */
export interface SigningKey {
  readonly kid: string
  sign(text: string): Buffer
}

/** Both keys that a key file can lead to (contract 2.9): the first signing key, and the file's own when it was imported. */
export function signingKeysOf(pem: string): { first: SigningKey; imported: SigningKey } {
  const seed = Buffer.from(createPrivateKey(pem).export({ format: 'jwk' }).d ?? '', 'base64url')
  const first = Buffer.from(hkdfSync('sha256', seed, '', 'agentwrit-signing-v1', 32))
  return { first: toSigningKey(first), imported: toSigningKey(seed) }
}

/** The bytes after which an Ed25519 seed stands in PKCS#8 (RFC 8410 section 7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

export function toSigningKey(seed: Buffer): SigningKey {
  const key = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  return { kid: keyIdOf(key), sign: (text) => sign(null, Buffer.from(text), key) }
}

function keyIdOf(key: KeyObject): string {
  const x = createPublicKey(key).export({ format: 'jwk' }).x ?? ''
  return encodeBase64url(Buffer.from(sha256(keyIdInput(x)), 'hex'))
}

/** A JWS with any header and payload. */
export function forge(header: object, payload: object, key: SigningKey): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${key.sign(input).toString('base64url')}`
}

/** As the broker itself would sign these claims. */
export function signClaims(claims: object, key: SigningKey): string {
  return forge({ alg: 'EdDSA', typ: 'JWT', kid: key.kid }, claims, key)
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
