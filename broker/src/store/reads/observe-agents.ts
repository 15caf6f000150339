import type { AgentFilter, AgentPage, ObservedAgent } from '../../domain/identity/agent.ts'
import { storedColumns, type Row, type Value } from '../table.ts'
import { agents, afterlife, toAgent } from '../tables/agents.ts'
import {
  asOf,
  readAsOf,
  readStatus,
  registrations,
  releasedAt,
  revokedAt,
  statusOf,
} from './agent-status.ts'
import type { RowSource } from './finds.ts'

export interface AgentQuestion {
  readonly filter: AgentFilter
  readonly page: AgentPage
  /** Milliseconds. */
  readonly at: number
}

const columns = storedColumns(agents).map((column) => `a.${column}`)

/** `select` of agents with their status, to be continued with conditions on `a`. */
export const selectObserved = `select ${columns.join(', ')}, a.exp,
  ${statusOf('a.exp', revokedAt, releasedAt)} as status from ${registrations} a`

export function toObserved(row: Row): ObservedAgent {
  return { agent: toAgent(row), ...readStatus(row) }
}

export async function observeAgent(
  source: RowSource,
  agentId: string,
  at: number,
): Promise<ObservedAgent | undefined> {
  const text = `with ${asOf} ${selectObserved} where a.agent_id = ?`
  const [row] = await source.sql.all(text, [...(await readAsOf(source, at)), agentId])
  return row && toObserved(row)
}

/** Newest first: session ids begin with the time, so their order is that of the registrations. */
export async function listAgents(
  source: RowSource,
  { filter, page, at }: AgentQuestion,
): Promise<ObservedAgent[]> {
  const { conditions, values } = toConditions(filter, page, at)
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const isOfStatus = filter.status === undefined ? '' : 'where status = ?'
  const text = `with ${asOf} select * from (${selectObserved} ${where}) observed ${isOfStatus}
    order by sid desc limit ?`
  const asked = filter.status === undefined ? [] : [filter.status]
  const all = [...(await readAsOf(source, at)), ...values, ...asked, page.limit]
  return (await source.sql.all(text, all)).map(toObserved)
}

function toConditions(
  { appId, taskId, orchId, status }: AgentFilter,
  { after }: AgentPage,
  at: number,
): { conditions: string[]; values: Value[] } {
  // What every agent of the status fulfils, and is quicker to see than the status.
  const unexpired = status === 'active' ? Math.floor(at / 1000) + afterlife : undefined
  const released = "exists (select 1 from revocations where sid = a.sid and released = 1)"
  const wanted = [
    ['a.app_id = ?', appId],
    ['a.task_id = ?', taskId],
    ['a.orch_id = ?', orchId],
    ['a.sid < ?', after],
    ['a.keep_until > ?', unexpired],
  ] as const
  const given = wanted.flatMap(([text, value]) => (value === undefined ? [] : [{ text, value }]))
  const texts = given.map(({ text }) => text)
  return {
    conditions: status === 'released' ? [...texts, released] : texts,
    values: given.map(({ value }) => value),
  }
}
