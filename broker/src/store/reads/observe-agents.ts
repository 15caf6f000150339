import type { AgentStatus } from '@agentwrit/protocol'
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
  question: AgentQuestion,
): Promise<ObservedAgent[]> {
  const { status } = question.filter
  const conditions = toConditions(question)
  const where = ['true', ...conditions.map(([text]) => text)].join(' and ')
  const ofStatus: Condition = status === undefined ? ['true'] : ['status = ?', status]
  const text = `with ${asOf}
    select * from (${selectObserved} where ${where}) observed where ${ofStatus[0]}
    order by sid desc limit ?`
  const values = [
    ...(await readAsOf(source, question.at)),
    ...conditions.flatMap(([, ...given]) => given),
    ...ofStatus.slice(1),
    question.page.limit,
  ]
  return (await source.sql.all(text, values)).map(toObserved)
}

/** A piece of SQL and its values. */
type Condition = readonly [text: string, ...values: Value[]]

function toConditions({ filter, page, at }: AgentQuestion): Condition[] {
  const { appId, taskId, orchId, status } = filter
  const exact = [
    ['a.app_id = ?', appId],
    ['a.task_id = ?', taskId],
    ['a.orch_id = ?', orchId],
    ['a.sid < ?', page.after],
  ] as const
  return [
    ...exact.flatMap(([text, value]): Condition[] => (value === undefined ? [] : [[text, value]])),
    ...(status === undefined ? [] : preconditions[status](Math.floor(at / 1000))),
  ]
}

/** What every agent of a status fulfils and is quicker to see than the status; `now` in seconds. */
const preconditions: Readonly<Record<AgentStatus, (now: number) => readonly Condition[]>> = {
  active: (now) => [
    ['a.exp > ?', now],
    // Where the unexpired ones begin: else all agents are looked at. No planner can take `sid || ''` from the index of
    // `sid`, which would be that again.
    ["a.sid >= (select min(sid || '') from agents where keep_until > ?)", now + afterlife],
  ],
  expired: (now) => [['a.exp <= ?', now]],
  released: () => [[`${releasedAt} is not null`]],
  revoked: () => [],
}
