import type { RegisterRequest, RegisterResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { registerAgent } from '../../domain/identity/register-agent.ts'
import { opaque, pathName, scopes } from '../schemas/fields.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const body = wireSchema<RegisterRequest>()(
  Type.Object({
    launch_token: opaque(1024),
    nonce: opaque(1024),
    public_key: opaque(1024),
    signature: Type.String({
      minLength: 1,
      maxLength: 1024,
      description: 'Ed25519 over the 32 bytes of the nonce: its 64 bytes in padded standard base64',
    }),
    orch_id: pathName,
    task_id: pathName,
    requested_scope: scopes,
  }),
)

const answer = wireSchema<RegisterResponse>()(
  Type.Object({
    agent_id: Type.String(),
    access_token: Type.String(),
    expires_in: Type.Integer(),
  }),
)

export const registerRoute = route({
  method: 'POST',
  path: '/v1/register',
  summary: 'Register an agent with a launch token and the proof of its key',
  body,
  status: 200,
  answer,
  errors: ['unauthorized', 'forbidden', 'scope_violation'],
  handle: ({ context }, { body: asked, origin }) => registerAgent(context, asked, origin),
})
