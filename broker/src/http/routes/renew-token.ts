import type { TokenResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { renewToken } from '../../domain/tokens/renew-token.ts'
import { route } from '../route.ts'
import { wireSchema } from '../wire-schema.ts'

const body = wireSchema<object>()(Type.Object({}))

const answer = wireSchema<TokenResponse>()(
  Type.Object({ access_token: Type.String(), expires_in: Type.Integer() }),
)

export const renewTokenRoute = route({
  method: 'POST',
  path: '/v1/token/renew',
  summary: 'Replace the presented token by its successor',
  bearer: 'live',
  body,
  isBodyOptional: true,
  // A request for less must never be answered with more.
  findMistake: ({ scope }) =>
    scope === undefined ? undefined : 'scope: a renewal cannot narrow the token in this version',
  status: 200,
  answer,
  errors: ['forbidden'],
  handle: ({ context }, { caller }) => renewToken(context, caller),
})
