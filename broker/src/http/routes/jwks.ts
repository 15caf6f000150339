import type { PublishedKeySet } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { route } from '../route.ts'
import { publishedKey } from '../schemas/published-key-schema.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const answer = wireSchema<PublishedKeySet>()(
  Type.Object({
    keys: Type.Array(Type.Object(publishedKey)),
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
