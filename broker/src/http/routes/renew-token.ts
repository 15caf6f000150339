import { maxScopes, type RenewRequest, type TokenResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { requireIdempotencyKey } from '../../domain/tokens/renewal.ts'
import { renewToken } from '../../domain/tokens/renew-token.ts'
import { scope } from '../schemas/fields.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

/** An empty scope is of good form, but no authority: 403 (contract 4.4). */
const body = wireSchema<RenewRequest>()(
  Type.Object({
    scope: Type.Optional(
      Type.Array(scope, {
        maxItems: maxScopes,
        description:
          'What the successor is to hold, within what the token holds; all of it if absent',
      }),
    ),
  }),
)

const answer = wireSchema<TokenResponse>()(
  Type.Object({ access_token: Type.String(), expires_in: Type.Integer() }),
)

export const renewTokenRoute = route({
  method: 'POST',
  path: '/v1/token/renew',
  summary: 'Replace the presented token by its successor',
  bearer: 'renewable',
  body,
  isBodyOptional: true,
  status: 200,
  answer,
  errors: ['forbidden', 'scope_violation', 'conflict'],
  handle: ({ context }, { body: wanted, caller, headers }) => {
    const idempotencyKey = requireIdempotencyKey(headers['idempotency-key'])
    const narrowed = wanted.scope === undefined ? {} : { scope: wanted.scope }
    return renewToken(context, caller, {
      ...narrowed,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    })
  },
})
