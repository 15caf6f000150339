import type { AgentInfo } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { toAgentInfo } from '../../domain/identity/agent-info.ts'
import { requireVisibleAgent } from '../../domain/identity/require-agent.ts'
import { agentInfo } from '../schemas/agent-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const params = wireSchema<{ id: string }>()(
  Type.Object({
    id: Type.String({ description: 'Agent id, percent-encoded: `spiffe%3A%2F%2F…`' }),
  }),
)

const answer = wireSchema<AgentInfo>()(agentInfo)

export const getAgentRoute = route({
  method: 'GET',
  path: '/v1/agents/{id}',
  summary: 'Get one agent with its status; the id is percent-encoded; an app sees its own',
  bearer: 'live',
  scopes: ['admin:agents:*', 'app:agents:*'],
  kinds: ['admin', 'operator', 'app'],
  params,
  status: 200,
  answer,
  errors: ['not_found'],
  handle: async ({ context }, { params: { id }, caller }) =>
    toAgentInfo(await requireVisibleAgent(context, caller, id)),
})
