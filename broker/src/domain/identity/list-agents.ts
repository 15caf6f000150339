import type { AgentList } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import { ownerOf } from '../launch-tokens/launch-token-owner.ts'
import { toAgentInfo } from './agent-info.ts'
import type { AgentFilter, AgentPage } from './agent.ts'
import type { Caller } from './caller.ts'

export interface AgentQuery extends AgentFilter {
  /** As asked; 0 is the default of 100, more than 1000 is 1000. */
  readonly limit?: number
  readonly cursor?: string
}

/** Agents newest first: all of them for operators, its own for an app (contract 4.18, 1.8). */
export async function listAgents(
  { store, clock }: Context,
  caller: Caller,
  { limit: asked = 0, cursor, ...filter }: AgentQuery,
): Promise<AgentList> {
  const limit = asked === 0 ? 100 : Math.min(asked, 1000)
  // One more than asked for tells whether another page follows.
  const page: AgentPage = {
    limit: limit + 1,
    ...(cursor === undefined ? {} : { after: parseCursor(cursor) }),
  }
  const owner = ownerOf(caller)
  // Another's agents are as good as none.
  const { appId = owner.appId } = filter
  if (owner.appId !== undefined && appId !== owner.appId) return { agents: [] }
  const found = await store.agents.list({ ...filter, ...owner }, page, clock())
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  return {
    agents: shown.map(toAgentInfo),
    ...(found.length > limit && last !== undefined ? { next_cursor: last.agent.sid } : {}),
  }
}

/** The registration session of the last agent shown: the order of these never changes, so no page repeats or skips. */
function parseCursor(cursor: string): string {
  if (/^[0-9a-f]{32}$/.test(cursor)) return cursor
  throw new Fault('invalid_request', 'cursor is the next_cursor of a page before')
}
