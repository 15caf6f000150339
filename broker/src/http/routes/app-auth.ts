import { formatDetail, type AppAuthRequest, type AppAuthResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import type { Refusal } from '../../domain/audit/refusal.ts'
import { authenticateApp } from '../../domain/apps/authenticate-app.ts'
import { opaque } from '../schemas/fields.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

/** Characters of a `client_id` (contract 1.10). */
const longest = 64

const body = wireSchema<AppAuthRequest>()(
  Type.Object({ client_id: opaque(longest), client_secret: opaque(1024) }),
)

const answer = wireSchema<AppAuthResponse>()(
  Type.Object({
    access_token: Type.String(),
    expires_in: Type.Integer(),
    token_type: Type.Literal('Bearer'),
    scopes: Type.Array(Type.String(), { description: 'What the token allows' }),
  }),
)

export const authenticateAppRoute = route({
  method: 'POST',
  path: '/v1/app/auth',
  summary: 'Sign in as an app',
  rateLimit: { perSecond: 10, burst: 50, refusal: rateLimited('too many sign-ins of one address') },
  attemptLimit: {
    perSecond: 10 / 60,
    burst: 3,
    account: 'client_id',
    longest,
    refusal: rateLimited('too many sign-ins of one app from one address'),
  },
  body,
  status: 200,
  answer,
  errors: ['unauthorized'],
  handle: ({ context }, { body: asked, origin }) => authenticateApp(context, asked, origin),
})

function rateLimited(what: string): Refusal {
  return {
    event: {
      event_type: 'app_rate_limited',
      actor: 'anonymous',
      outcome: 'denied',
      resource: '/v1/app/auth',
      detail: formatDetail(what),
    },
  }
}
