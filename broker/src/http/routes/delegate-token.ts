import { maxScopes, type DelegateRequest, type DelegateResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { delegateToken } from '../../domain/delegation/delegate-token.ts'
import { delegationRecord } from '../schemas/claims-schema.ts'
import { scope, text } from '../schemas/fields.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const body = wireSchema<DelegateRequest>()(
  Type.Object({
    delegate_to: text(1024),
    scope: Type.Array(scope, {
      minItems: 1,
      maxItems: maxScopes,
      description: 'What is handed on, within what the token holds',
    }),
    ttl: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'Seconds, 60 if absent or 0; never longer than the presented token lives',
      }),
    ),
  }),
)

const answer = wireSchema<DelegateResponse>()(
  Type.Object({
    access_token: Type.String(),
    expires_in: Type.Integer(),
    delegation_chain: Type.Array(delegationRecord),
  }),
)

export const delegateTokenRoute = route({
  method: 'POST',
  path: '/v1/delegate',
  summary: 'Hand a part of the presented authority to another agent',
  bearer: 'live',
  kinds: ['agent'],
  body,
  status: 200,
  answer,
  errors: ['unauthorized', 'scope_violation', 'not_found', 'conflict'],
  handle: ({ context }, { body: asked, caller }) => delegateToken(context, caller, asked),
})
