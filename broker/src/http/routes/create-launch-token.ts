import {
  formatDetail,
  type CreateLaunchTokenRequest,
  type CreateLaunchTokenResponse,
} from '@agentwrit/protocol'
import { Type } from 'typebox'
import type { Refusal } from '../../domain/audit/refusal.ts'
import type { Caller } from '../../domain/identity/caller.ts'
import { createLaunchToken } from '../../domain/launch-tokens/create-launch-token.ts'
import { pathName, scopes, text } from '../fields.ts'
import { launchTokenPolicy } from '../launch-token-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../wire-schema.ts'

/** 0 means absent; `max_ttl` is also bounded by the configuration. */
const seconds = (maximum: number) => Type.Optional(Type.Integer({ minimum: 0, maximum }))

const body = wireSchema<CreateLaunchTokenRequest>()(
  Type.Object({
    agent_name: text(300),
    allowed_scope: scopes,
    max_ttl: seconds(Number.MAX_SAFE_INTEGER),
    single_use: Type.Optional(Type.Boolean()),
    ttl: seconds(3600),
    orch_id: Type.Optional(pathName),
    task_id: Type.Optional(pathName),
  }),
)

const answer = wireSchema<CreateLaunchTokenResponse>()(
  Type.Object({
    launch_token: Type.String(),
    id: Type.String(),
    expires_at: Type.String(),
    policy: Type.Object(launchTokenPolicy),
  }),
)

export const createLaunchTokenRoute = route({
  method: 'POST',
  path: '/v1/admin/launch-tokens',
  summary: 'Create a launch token: the right to register',
  bearer: 'live',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  body,
  status: 201,
  answer,
  errors: [],
  refuseInvalid,
  handle: ({ context }, { body: asked, caller }) => createLaunchToken(context, caller, asked),
})

function refuseInvalid({ claims }: Caller, reason: string): Refusal {
  return {
    verifiedJti: claims.jti,
    event: {
      event_type: 'launch_token_denied',
      actor: claims.sub,
      outcome: 'denied',
      jti: claims.jti,
      detail: formatDetail('launch token refused', { reason }),
    },
  }
}
