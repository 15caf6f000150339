import { parseAgentId, type DelegationEdge, type DelegationTree } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import { toDelegationNode } from '../identity/agent-info.ts'
import type { Caller } from '../identity/caller.ts'
import { ownerOf } from '../launch-tokens/launch-token-owner.ts'
import type { DelegationQuery, ObservedDelegation } from './delegation.ts'

/** Edges of one answer. */
const MOST_EDGES = 5000

/** What is asked for: exactly one of these. */
export interface DelegationSelection {
  readonly root?: string
  readonly agent_id?: string
  readonly task_id?: string
}

/**
 * Who handed what to whom (contract 4.29). An app is shown the delegations from or to an agent of its own, and of the
 * agents its own alone: it learns neither task nor status of another's agent.
 */
export async function showDelegations(
  { store, clock }: Context,
  caller: Caller,
  selection: DelegationSelection,
): Promise<DelegationTree> {
  const wanted = requireOne(selection)
  // One more than is shown tells that there are more.
  const query = { ...wanted, ...ownerOf(caller), limit: MOST_EDGES + 1 }
  const { delegations, agents, isCut } = await store.delegations.observe(query, clock())
  const shown = delegations.slice(0, MOST_EDGES)
  const ends = new Set(shown.flatMap(({ from, to }) => [from, to]))
  return {
    nodes: agents.filter(({ agent }) => ends.has(agent.agentId)).map(toDelegationNode),
    edges: shown.map(toEdge),
    truncated: isCut || delegations.length > MOST_EDGES,
  }
}

function requireOne(selection: DelegationSelection): Pick<DelegationQuery, 'by' | 'id'> {
  const { root, agent_id: agentId, task_id: taskId } = selection
  const given = [
    ...(root === undefined ? [] : [{ by: 'root', id: requireAgentId('root', root) } as const]),
    ...(agentId === undefined
      ? []
      : [{ by: 'agent', id: requireAgentId('agent_id', agentId) } as const]),
    ...(taskId === undefined ? [] : [{ by: 'task', id: taskId } as const]),
  ]
  const [only] = given
  if (only === undefined || given.length > 1) {
    throw new Fault('invalid_request', 'exactly one of root, agent_id and task_id is needed')
  }
  return only
}

function requireAgentId(field: string, text: string): string {
  if (parseAgentId(text) !== undefined) return text
  throw new Fault('invalid_request', `${field} is no agent id`)
}

function toEdge(delegation: ObservedDelegation): DelegationEdge {
  return {
    from: delegation.from,
    to: delegation.to,
    scope: [...delegation.scope],
    granted_scope: [...delegation.grantedScope],
    jti: delegation.jti,
    sid: delegation.sid,
    state: delegation.state,
    delegated_at: new Date(delegation.delegatedAt).toISOString(),
  }
}
