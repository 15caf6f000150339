import type { AgentKeyInfo } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { toAgentKeyInfo } from '../../domain/identity/agent-info.ts'
import { requireVisibleAgent } from '../../domain/identity/require-agent.ts'
import { requireScope } from '../../domain/identity/require-scope.ts'
import { agentStatus } from '../schemas/agent-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const params = wireSchema<{ id: string }>()(
  Type.Object({
    id: Type.String({ description: 'Agent id, percent-encoded: `spiffe%3A%2F%2F…`' }),
  }),
)

const answer = wireSchema<AgentKeyInfo>()(
  Type.Object({
    agent_id: Type.String(),
    public_key: Type.String(),
    jkt: Type.String(),
    task_id: Type.String(),
    orch_id: Type.String(),
    app_id: Type.Optional(Type.String()),
    status: agentStatus,
  }),
)

export const getAgentKeyRoute = route({
  method: 'GET',
  path: '/v1/agents/{id}/key',
  summary:
    'Get the public key of an agent; an agent may ask for those within reach of a delegation',
  bearer: 'live',
  kinds: ['admin', 'operator', 'app', 'agent'],
  params,
  status: 200,
  answer,
  errors: ['insufficient_scope', 'not_found'],
  handle: async ({ context }, { params: { id }, caller }) => {
    // No agent can hold these scopes: it asks by its reach.
    if (caller.kind !== 'agent') requireScope(caller, ['admin:agents:*', 'app:agents:*'])
    return toAgentKeyInfo(await requireVisibleAgent(context, caller, id))
  },
})
