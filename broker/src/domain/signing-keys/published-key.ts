import type { PublishedKey } from '@agentwrit/protocol'
import type { SigningKey } from './signing-key.ts'

/** The public half as a JWK (RFC 8037). */
export function toPublishedKey({ x, kid }: SigningKey): PublishedKey {
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }
}
