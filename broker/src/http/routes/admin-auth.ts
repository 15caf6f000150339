import { formatDetail, type AdminAuthRequest, type AdminAuthResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { authenticateOperator } from '../../domain/operators/authenticate-operator.ts'
import { opaque } from '../schemas/fields.ts'
import type { JsonObject } from '../body/json-body.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const body = wireSchema<AdminAuthRequest>()(
  Type.Object({ secret: opaque(1024), operator: Type.Optional(opaque(64)) }),
)

const answer = wireSchema<AdminAuthResponse>()(
  Type.Object({
    access_token: Type.String(),
    expires_in: Type.Integer(),
    token_type: Type.Literal('Bearer'),
  }),
)

export const authenticateOperatorRoute = route({
  method: 'POST',
  path: '/v1/admin/auth',
  summary: 'Sign in as an operator',
  rateLimit: {
    perSecond: 5,
    burst: 10,
    refusal: {
      event: {
        event_type: 'admin_rate_limited',
        actor: 'anonymous',
        outcome: 'denied',
        resource: '/v1/admin/auth',
        detail: formatDetail('too many sign-ins from one address'),
      },
    },
  },
  body,
  findMistake: findAppCredential,
  status: 200,
  answer,
  errors: ['unauthorized'],
  handle: ({ context }, { body: asked, origin }) => authenticateOperator(context, asked, origin),
})

function findAppCredential({ client_id: id, client_secret: secret }: JsonObject) {
  if ([id, secret].every((value) => value === undefined || value === '')) return undefined
  return 'operators send {"secret": ...}; client_id and client_secret are for apps'
}
