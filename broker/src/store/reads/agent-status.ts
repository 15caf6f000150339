// What has become of a session, told by the rows alone, also when its own row is gone: agents and delegations are kept a
// week longer, and so are the entries that ended them. Which entries name a session is stated in live-sessions.ts. Laws:
// the first end in time decides, and what comes after it, or after the last token expired, changes nothing any more; of
// one millisecond a revocation outweighs a release; a session is `active` when its token is live.
import type { AgentStatus } from '@agentwrit/protocol'
import { readInteger, readOneOf } from '../read-column.ts'
import type { Row, Value } from '../table.ts'
import { afterlife } from '../tables/agents.ts'
import { readHead, type RowSource } from './finds.ts'
import { entries } from './live-sessions.ts'

const statuses: readonly AgentStatus[] = ['active', 'expired', 'released', 'revoked']

/** A common table expression that every query with a status begins with. */
export const asOf = 'as_of (seconds, epoch) as (select cast(? as bigint), cast(? as bigint))'

/** Its values: now, and when the epoch began. */
export async function readAsOf(source: RowSource, at: number): Promise<Value[]> {
  const { notBefore } = await readHead(source)
  return [Math.floor(at / 1000), notBefore * 1000]
}

/** Registrations, with the columns that entries name a session by; `exp` is that of the last token. */
export const registrations = `(select agents.*, agent_id as sub, 'agent' as kind, null as parent_sid,
    registered_at as started_at, coalesce(sessions.kid, agents.last_kid) as kid, null as record_kid,
    coalesce(sessions.current_exp, agents.keep_until - ${afterlife}) as exp
  from agents left join sessions on sessions.sid = agents.sid)`

/** Delegated sessions likewise. */
export const delegatedSessions = `(select delegations.sid, coalesce(sessions.lsid, agents.lsid) as lsid,
    delegatee as sub, 'delegated' as kind, delegations.parent_sid, delegations.task_id,
    delegatee_app_id as app_id, delegated_at as started_at, sessions.kid as kid, delegations.kid as record_kid,
    coalesce(sessions.current_exp, delegations.keep_until) as exp
  from delegations left join sessions on sessions.sid = delegations.sid
    left join agents on agents.agent_id = delegatee)`

/** When somebody or something first ended the session `a`, milliseconds; a new epoch ends it since ever. */
export const revokedAt = `(select min(ended_at) from (
    ${entries.map((entry) => `select revoked_at as ended_at from revocations where ${entry} and released = 0`).join(' union all ')}
    union all select coalesce(retired_at, 0) from signing_keys
      where status = 'compromised' and signing_keys.kid in (a.kid, a.record_kid)
    union all select 0 from as_of where a.started_at < epoch) ends)`

/** When its holder gave the session `a` back. */
export const releasedAt = `(select min(revoked_at) from revocations
    where sid = a.sid and level = 'token' and released = 1)`

/** The status of a session whose last token ends at `exp` and that was ended at these times, if at all. */
export function statusOf(exp: string, revoked: string, released: string): string {
  return `case
    when ${revoked} < ${exp} * 1000 and ${revoked} <= coalesce(${released}, ${revoked}) then 'revoked'
    when ${released} < ${exp} * 1000 then 'released'
    when ${exp} > (select seconds from as_of) then 'active'
    else 'expired' end`
}

export function readStatus(row: Row): { readonly status: AgentStatus; readonly expiresAt: number } {
  return { status: readOneOf(row, 'status', statuses), expiresAt: readInteger(row, 'exp') }
}
