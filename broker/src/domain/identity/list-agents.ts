import type { AgentList } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { ownerOf } from '../launch-tokens/launch-token-owner.ts'
import { badCursor, pageBehind, pageLimit, toPage, type ListQuery } from '../page.ts'
import { toAgentInfo } from './agent-info.ts'
import type { AgentFilter } from './agent.ts'
import type { Caller } from './caller.ts'

export interface AgentQuery extends AgentFilter, ListQuery {}

/** Agents newest first: all of them for operators, its own for an app (contract 4.18, 1.8). */
export async function listAgents(
  { store, clock }: Context,
  caller: Caller,
  { limit: asked, cursor, ...filter }: AgentQuery,
): Promise<AgentList> {
  const limit = pageLimit(asked)
  const page = pageBehind(limit, cursor === undefined ? undefined : parseCursor(cursor))
  const owner = ownerOf(caller)
  // Another's agents are as good as none.
  const { appId = owner.appId } = filter
  if (owner.appId !== undefined && appId !== owner.appId) return { agents: [] }
  const found = await store.agents.list({ ...filter, ...owner }, page, clock())
  const { shown, next } = toPage(found, limit, ({ agent: { sid } }) => sid)
  return { agents: shown.map(toAgentInfo), ...next }
}

/** The registration session of the last agent shown: the order of these never changes, so no page repeats or skips. */
function parseCursor(cursor: string): string {
  if (/^[0-9a-f]{32}$/.test(cursor)) return cursor
  throw badCursor()
}
