import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { decodeBase64url } from '@agentwrit/protocol'
import { SEED_LENGTH } from './ed25519.ts'
import type { KeyFileFlaw } from './key-file-error.ts'

const ONE_PKCS8_BLOCK =
  /^\s*-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\s]*-----END PRIVATE KEY-----\s*$/

/** A new Ed25519 private key as PKCS#8 PEM (RFC 8410). */
export function makeKeyPem(): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}

/** The 32-byte private seed, or what keeps the text from holding one. */
export function readKeyPem(pem: string): Uint8Array<ArrayBuffer> | KeyFileFlaw {
  if (pem.trim() === '') return 'empty'
  if (!ONE_PKCS8_BLOCK.test(pem)) return 'not_pkcs8'
  try {
    const key = createPrivateKey({ key: pem, format: 'pem' })
    if (key.asymmetricKeyType !== 'ed25519') return 'not_ed25519'
    const seed = decodeBase64url(key.export({ format: 'jwk' }).d ?? '')
    return seed?.length === SEED_LENGTH ? seed : 'corrupt'
  } catch {
    // OpenSSL's reason stays here: a sentence about the bytes of a private key belongs in no log.
    return 'corrupt'
  }
}
