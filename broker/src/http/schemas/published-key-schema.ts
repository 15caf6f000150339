import { Type } from 'typebox'

/** Members of a public signing key, a JWK (contract 4.22). */
export const publishedKey = {
  kty: Type.Literal('OKP'),
  crv: Type.Literal('Ed25519'),
  x: Type.String(),
  kid: Type.String(),
  alg: Type.Literal('EdDSA'),
  use: Type.Literal('sig'),
}
