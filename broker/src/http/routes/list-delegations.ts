import type { DelegationTree } from '@agentwrit/protocol'
import { Type } from 'typebox'
import {
  showDelegations,
  type DelegationSelection,
} from '../../domain/delegation/show-delegations.ts'
import { agentStatus, pathNameFilter } from '../schemas/agent-schema.ts'
import { text } from '../schemas/fields.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const query = wireSchema<DelegationSelection>()(
  Type.Object({
    root: Type.Optional(text(1024)),
    agent_id: Type.Optional(text(1024)),
    task_id: Type.Optional(pathNameFilter),
  }),
)

const node = Type.Object({
  agent_id: Type.String(),
  app_id: Type.Optional(Type.String()),
  task_id: Type.String(),
  status: agentStatus,
  expires_at: Type.String({ description: 'When its last token ends or ended (RFC 3339)' }),
})

const edge = Type.Object({
  from: Type.String(),
  to: Type.String(),
  scope: Type.Array(Type.String(), { description: 'What the delegator held then' }),
  granted_scope: Type.Array(Type.String()),
  jti: Type.String(),
  sid: Type.String(),
  state: agentStatus,
  delegated_at: Type.String(),
})

const answer = wireSchema<DelegationTree>()(
  Type.Object({ nodes: Type.Array(node), edges: Type.Array(edge), truncated: Type.Boolean() }),
)

export const listDelegationsRoute = route({
  method: 'GET',
  path: '/v1/delegations',
  summary:
    'Show who delegated what to whom, below a root, through an agent or in a task; an app sees what touches its agents, and of the agents its own alone',
  bearer: 'live',
  scopes: ['admin:agents:*', 'app:agents:*'],
  kinds: ['admin', 'operator', 'app'],
  query,
  status: 200,
  answer,
  errors: [],
  handle: ({ context }, { query: asked, caller }) => showDelegations(context, caller, asked),
})
