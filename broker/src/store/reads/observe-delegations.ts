// Trees of delegations, told by the rows of `delegations` alone: each names its parent, and the topmost ones the
// registration of their root. A delegated session ends with whichever of its ancestors ends first.
import type {
  DelegationGraph,
  DelegationQuery,
  ObservedDelegation,
} from '../../domain/delegation/delegation.ts'
import { readInteger, readList, readText } from '../read-column.ts'
import type { Row, Value } from '../table.ts'
import {
  asOf,
  delegatedSessions,
  readAsOf,
  readStatus,
  registrations,
  releasedAt,
  revokedAt,
  statusOf,
} from './agent-status.ts'
import type { RowSource } from './finds.ts'
import type { Query } from './live-sessions.ts'
import { selectObserved, toObserved } from './observe-agents.ts'

export interface DelegationQuestion {
  readonly query: DelegationQuery
  /** Milliseconds. */
  readonly at: number
}

/** Delegations looked through for those of one app. */
const MOST_LOOKED_AT = 20_000

export async function observeDelegations(
  source: RowSource,
  { query, at }: DelegationQuestion,
): Promise<DelegationGraph> {
  const chosen = choose(query)
  const values = [...(await readAsOf(source, at)), ...chosen.values]
  const edges = await source.sql.all(selectEdges(chosen.text), values)
  const ends = selectEnds(chosen.text, query.appId)
  const agents = await source.sql.all(ends.text, [...values, ...ends.values])
  return {
    delegations: edges.map(toDelegation),
    agents: agents.map(toObserved),
    isCut: query.appId !== undefined && (await hasMore(source, query)),
  }
}

/** Common table expressions, the last of which names the wanted delegations: `chosen`. */
function choose({ by, id, appId, limit }: DelegationQuery): Query {
  const isWalked = by === 'agent' && appId !== undefined
  const { text, values } = candidates[by]({ id, appId, most: isWalked ? MOST_LOOKED_AT : limit })
  const ofApp = isWalked ? 'where app_id = ? or delegatee_app_id = ?' : ''
  return {
    text: `${text}, chosen as (select sid, agent, delegatee from candidates ${ofApp} order by sid limit ?)`,
    values: [...values, ...(isWalked ? [appId, appId] : []), limit],
  }
}

/** Whether a walk for an app was given up: what it looked through is not all its own. */
async function hasMore({ sql }: RowSource, { by, id }: DelegationQuery): Promise<boolean> {
  if (by !== 'agent') return false
  const { text, values } = candidates.agent({ id, most: MOST_LOOKED_AT + 1 })
  const [row] = await sql.all(
    `with recursive ${text} select count(*) as found from candidates`,
    values,
  )
  return row !== undefined && readInteger(row, 'found') > MOST_LOOKED_AT
}

interface Wanted {
  readonly id: string
  readonly appId?: string | undefined
  readonly most: number
}

const selectCandidates = 'select sid, agent, app_id, delegatee, delegatee_app_id from delegations'

/** Oldest first, for session ids begin with the time; of an agent those nearest to it first. */
const candidates: Readonly<Record<DelegationQuery['by'], (wanted: Wanted) => Query>> = {
  root: (wanted) => oldestWhere('root', wanted),
  task: (wanted) => oldestWhere('task_id', wanted),
  // Its own delegated sessions and what these come from; what it delegated, and all below. SQLite walks a tree no
  // further than it is asked to, unless it keeps all of it first.
  agent: ({ id, most }) => ({
    text: `way (sid, parent_sid) as not materialized (
        select sid, parent_sid from delegations where delegatee = ?
        union select above.sid, above.parent_sid from way join delegations above on above.sid = way.parent_sid),
      below (sid) as not materialized (
        select sid from delegations where agent = ?
        union select child.sid from below join delegations child on child.parent_sid = below.sid),
      near (sid) as (
        select sid from (select sid from way limit ?) nearest_above
        union select sid from (select sid from below limit ?) nearest_below),
      candidates as (${selectCandidates} where sid in (select sid from near))`,
    values: [id, id, most, most],
  }),
}

/** Of an app those with an agent of it at either end: how many others there are changes nothing for it. */
function oldestWhere(column: 'root' | 'task_id', { id, appId, most }: Wanted): Query {
  const ofApp = appId === undefined ? '' : 'and (app_id = ? or delegatee_app_id = ?)'
  return {
    text: `candidates as (${selectCandidates} where ${column} = ? ${ofApp} order by sid limit ?)`,
    values: [id, ...(appId === undefined ? [] : [appId, appId]), most],
  }
}

function selectEdges(chosen: string): string {
  return `with recursive ${asOf}, ${chosen},
    line (sid, ancestor) as (
      select sid, sid from chosen
      union select line.sid, above.parent_sid from line join delegations above on above.sid = line.ancestor),
    members (sid) as (select distinct ancestor from line),
    ended (sid, revoked_at, released_at) as materialized (
      select a.sid, ${revokedAt}, ${releasedAt} from members join ${registrations} a on a.sid = members.sid
      union all
      select a.sid, ${revokedAt}, ${releasedAt} from members join ${delegatedSessions} a on a.sid = members.sid),
    fates (sid, revoked_at, released_at) as materialized (
      select line.sid, min(revoked_at), min(released_at) from line join ended on ended.sid = line.ancestor
      group by line.sid)
    select edge.sid, edge.agent, edge.delegatee, edge.scope, edge.granted_scope, edge.jti, edge.delegated_at, a.exp,
      ${statusOf('a.exp', 'fates.revoked_at', 'fates.released_at')} as status
    from fates join delegations edge on edge.sid = fates.sid join ${delegatedSessions} a on a.sid = edge.sid
    order by edge.sid`
}

function selectEnds(chosen: string, appId: string | undefined): { text: string; values: Value[] } {
  const ofApp = appId === undefined ? '' : 'and a.app_id = ?'
  const text = `with recursive ${asOf}, ${chosen}, ends (agent_id) as (
      select agent from chosen union select delegatee from chosen)
    ${selectObserved} where a.agent_id in (select agent_id from ends) ${ofApp} order by a.sid`
  return { text, values: appId === undefined ? [] : [appId] }
}

function toDelegation(row: Row): ObservedDelegation {
  return {
    sid: readText(row, 'sid'),
    from: readText(row, 'agent'),
    to: readText(row, 'delegatee'),
    scope: readList(row, 'scope'),
    grantedScope: readList(row, 'granted_scope'),
    jti: readText(row, 'jti'),
    delegatedAt: readInteger(row, 'delegated_at'),
    state: readStatus(row).status,
  }
}
