import type { ConfigResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const answer = wireSchema<ConfigResponse>()(
  Type.Object({
    settings: Type.Array(
      Type.Object({
        variable: Type.String(),
        meaning: Type.String(),
        source: Type.Optional(Type.Enum(['default', 'environment', 'file'])),
        secret: Type.Boolean(),
        value: Type.Optional(Type.String()),
        default: Type.Optional(Type.String()),
      }),
    ),
  }),
)

export const showConfigRoute = route({
  method: 'GET',
  path: '/v1/admin/config',
  summary:
    'Every setting of this broker and where it is from; of secrets only whether they are set',
  bearer: 'live',
  scopes: ['admin:audit:*'],
  kinds: ['admin', 'operator'],
  status: 200,
  answer,
  errors: [],
  handle: ({ settings }): ConfigResponse => ({ settings: [...settings] }),
})
