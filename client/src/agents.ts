import type {
  AgentInfo,
  AgentKeyInfo,
  AgentList,
  AgentStatus,
  DelegationTree,
} from '@agentwrit/protocol'
import { isKeyOf } from './broker-answers.ts'
import { documentOf, readDocument } from './document.ts'
import type { Answered } from './document.ts'
import type { CallOptions } from './options.ts'
import { readPages, toQuery } from './pages.ts'
import type { ListOptions } from './pages.ts'
import { toPathSegment } from './path-segment.ts'
import type { StandingSession } from './standing-session.ts'

/**
 * Which agents a list is to hold: those that agree with every member given.
 *
 * @example
 * ```ts
 * const alive: AgentFilter = { taskId: 'monthly', status: 'active' }
 * for await (const { agent_id, expires_at } of operator.listAgents(alive)) console.log(agent_id, expires_at)
 * ```
 */
export interface AgentFilter extends ListOptions {
  readonly appId?: string
  readonly taskId?: string
  readonly orchId?: string
  readonly status?: AgentStatus
}

/**
 * Which delegations to draw: those below a root, those that an agent has part in, or those of a task.
 *
 * @example
 * ```ts
 * const selection: DelegationSelection = { taskId: 'monthly' }
 * const { edges } = await operator.getDelegations(selection)
 * ```
 */
export type DelegationSelection =
  | { readonly root: string; readonly agentId?: never; readonly taskId?: never }
  | { readonly agentId: string; readonly root?: never; readonly taskId?: never }
  | { readonly taskId: string; readonly root?: never; readonly agentId?: never }

const isAgent = documentOf<AgentInfo>({ agent_id: 'string', scope: 'array', status: 'string' })
const isPage = documentOf<AgentList>({ agents: 'array' })
const isTree = documentOf<DelegationTree>({ nodes: 'array', edges: 'array', truncated: 'boolean' })

const agentsPath = '/v1/agents'

/** The agents of whoever has signed in, and what they delegated: all for an operator, its own for an app. */
export class Agents {
  readonly #session: StandingSession

  constructor(session: StandingSession) {
    this.#session = session
  }

  async *list(filter: AgentFilter): AsyncGenerator<AgentInfo, void, undefined> {
    const { appId, taskId, orchId, status, ...options } = filter
    const query = { app_id: appId, task_id: taskId, orch_id: orchId, status }
    const pages = readPages(this.#session, { path: agentsPath, isPage, query }, options)
    for await (const { agents } of pages) yield* agents
  }

  async get(agentId: string, options: CallOptions | undefined): Promise<Answered<AgentInfo>> {
    const call = { method: 'GET', path: pathOf(agentId) } as const
    return readDocument(await this.#session.send(call, 'safe', options), isAgent)
  }

  async getKey(agentId: string, options: CallOptions | undefined): Promise<Answered<AgentKeyInfo>> {
    const call = { method: 'GET', path: `${pathOf(agentId)}/key` } as const
    return readDocument(await this.#session.send(call, 'safe', options), isKeyOf(agentId))
  }

  async getDelegations(
    { root, agentId, taskId }: DelegationSelection,
    options: CallOptions | undefined,
  ): Promise<Answered<DelegationTree>> {
    const query = toQuery({ root, agent_id: agentId, task_id: taskId })
    const call = { method: 'GET', path: `/v1/delegations?${query.toString()}` } as const
    return readDocument(await this.#session.send(call, 'safe', options), isTree)
  }
}

function pathOf(agentId: string): string {
  return `${agentsPath}/${toPathSegment(agentId)}`
}
