import type { AgentList, AgentStatus } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { listAgents, type AgentQuery } from '../../domain/identity/list-agents.ts'
import { agentInfo, agentStatus, pathNameFilter } from '../schemas/agent-schema.ts'
import { listQuery, type ListQueryText, text, toListQuery } from '../schemas/fields.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

interface AgentQueryText extends ListQueryText {
  readonly app_id?: string
  readonly task_id?: string
  readonly orch_id?: string
  readonly status?: AgentStatus
}

const query = wireSchema<AgentQueryText>()(
  Type.Object({
    ...listQuery.properties,
    app_id: Type.Optional(text(128)),
    task_id: Type.Optional(pathNameFilter),
    orch_id: Type.Optional(pathNameFilter),
    status: Type.Optional(agentStatus),
  }),
)

const answer = wireSchema<AgentList>()(
  Type.Object({
    agents: Type.Array(agentInfo, { description: 'One page of agents, the newest first' }),
    next_cursor: Type.Optional(Type.String()),
  }),
)

export const listAgentsRoute = route({
  method: 'GET',
  path: '/v1/agents',
  summary: 'List agents with their status, newest first; an app sees its own',
  bearer: 'live',
  scopes: ['admin:agents:*', 'app:agents:*'],
  kinds: ['admin', 'operator', 'app'],
  query,
  status: 200,
  answer,
  errors: [],
  handle: ({ context }, { query: asked, caller }) =>
    listAgents(context, caller, toAgentQuery(asked)),
})

function toAgentQuery(asked: AgentQueryText): AgentQuery {
  const { app_id: appId, task_id: taskId, orch_id: orchId, status } = asked
  return {
    ...toListQuery(asked),
    ...(appId === undefined ? {} : { appId }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(orchId === undefined ? {} : { orchId }),
    ...(status === undefined ? {} : { status }),
  }
}
