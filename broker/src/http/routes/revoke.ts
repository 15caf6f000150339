import type { RevokeRequest, RevokeResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { revoke } from '../../domain/revocation/revoke.ts'
import { textOrNone, text } from '../schemas/fields.ts'
import { requestedLevel } from '../schemas/revocation-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const body = wireSchema<RevokeRequest>()(
  Type.Object({
    level: requestedLevel,
    target: text(1024),
    reason: Type.Optional(textOrNone(256)),
    dry_run: Type.Optional(Type.Boolean()),
  }),
)

const about = {
  level: requestedLevel,
  target: Type.String(),
  count: Type.Integer(),
  count_complete: Type.Optional(Type.Boolean()),
}

const answer = wireSchema<RevokeResponse>()(
  Type.Union([
    Type.Object({
      revoked: Type.Literal(true),
      ...about,
      id: Type.String({ description: 'Id of the entry' }),
    }),
    Type.Object({
      revoked: Type.Literal(false),
      ...about,
      dry_run: Type.Literal(true),
      by_depth: Type.Array(Type.Integer()),
      agents: Type.Array(Type.String(), { description: 'The first 100 agents concerned' }),
    }),
  ]),
)

export const revokeRoute = route({
  method: 'POST',
  path: '/v1/revoke',
  summary: 'Revoke a token, an agent, a task or a delegation chain, with all below it',
  bearer: 'live',
  scopes: ['admin:revoke:*', 'app:agents:*'],
  kinds: ['admin', 'operator', 'app'],
  body,
  status: 200,
  answer,
  errors: ['not_found'],
  handle: ({ context }, { body: asked, caller }) => revoke(context, caller, asked),
})
