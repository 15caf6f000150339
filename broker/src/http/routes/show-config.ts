import type { ConfigResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const answer = wireSchema<ConfigResponse>()(
  Type.Object({
    settings: Type.Array(
      Type.Object({
        variable: Type.String({ description: 'Its name in the environment' }),
        meaning: Type.String({ description: 'What it is for' }),
        source: Type.Optional(
          Type.Enum(['default', 'environment', 'file'], { description: 'Where its value is from' }),
        ),
        secret: Type.Boolean({ description: 'Whether only `set` or `unset` is told of its value' }),
        value: Type.Optional(
          Type.String({
            description: 'As it would be written in the variable; absent without one',
          }),
        ),
        default: Type.Optional(Type.String({ description: 'Its value where nobody sets it' })),
      }),
      { description: 'All of them, in the order of the reference' },
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
