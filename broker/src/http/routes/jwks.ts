import type { PublishedKeySet } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const answer = wireSchema<PublishedKeySet>()(
  Type.Object({
    keys: Type.Array(
      Type.Object({
        kty: Type.Literal('OKP'),
        crv: Type.Literal('Ed25519'),
        x: Type.String(),
        kid: Type.String(),
        alg: Type.Literal('EdDSA'),
        use: Type.Literal('sig'),
      }),
    ),
  }),
)

export const jwksRoute = route({
  method: 'GET',
  path: '/.well-known/jwks.json',
  summary: 'The public keys that tokens are signed with',
  status: 200,
  answer,
  headers: { 'cache-control': 'public, max-age=300' },
  errors: [],
  handle: ({ context }) => ({ keys: [...context.keys.published()] }),
})
