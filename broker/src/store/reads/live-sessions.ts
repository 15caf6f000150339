// Which sessions have a live token, decided by the rows alone: the same rule as that of `matchesRevocation` and of the
// index in memory, for sets of sessions. A session is dead when an entry names it or one it was delegated from.
import type { Value } from '../table.ts'

export interface Query {
  readonly text: string
  readonly values: readonly Value[]
}

/** As of when sessions live. */
export interface AsOf {
  /** Milliseconds. */
  readonly at: number
  /** Seconds: the epoch's. */
  readonly notBefore: number
  /** Only entries before this one count; all without it. */
  readonly beforeSeq?: number
}

/**
 * The live ones (`sid`, `depth`, `sub`, `app_id`) among the sessions that the first query names by `sid`, and, with `descend`,
 * among all that were delegated from these.
 */
export function selectLive(
  named: Query,
  asOf: AsOf,
  { descend }: { readonly descend: boolean },
): Query {
  const { at, notBefore, beforeSeq = Number.MAX_SAFE_INTEGER } = asOf
  const children =
    'select child.sid from chosen join sessions child on child.parent_sid = chosen.sid'
  const text = `with recursive
    chosen (sid) as (${named.text} ${descend ? `union ${children}` : ''}),
    line (sid, ancestor) as (
      select sid, sid from chosen
      union all
      select line.sid, ancestor.parent_sid from line join sessions ancestor on ancestor.sid = line.ancestor
      where ancestor.parent_sid is not null)
    select s.sid, s.depth, s.sub, s.app_id from chosen join sessions s on s.sid = chosen.sid
    where s.current_exp > ? and s.ends_at > ? and s.started_at >= ?
      and not exists (select 1 from signing_keys where kid = s.kid and status = 'compromised')
      and s.sid not in (select line.sid from line cross join sessions a
        where a.sid = line.ancestor and (${isNamed} or ${isOfCompromisedRecord}))
    order by s.sid`
  const seqs = Array.from({ length: boundEntries }, () => beforeSeq)
  const values = [...named.values, Math.floor(at / 1000), at, notBefore * 1000, ...seqs]
  return { text, values }
}

/** How many agents (`active`) have a live registration: these sessions descend from none, so no line is followed. */
export function countLiveAgents({ at, notBefore }: AsOf): Query {
  const seqs = Array.from({ length: boundEntries }, () => Number.MAX_SAFE_INTEGER)
  return {
    text: `select count(*) as active from sessions a
      where a.kind = 'agent' and a.current_exp > ? and a.ends_at > ? and a.started_at >= ?
        and not exists (select 1 from signing_keys where kid = a.kid and status = 'compromised')
        and not (${isNamed})`,
    values: [Math.floor(at / 1000), at, notBefore * 1000, ...seqs],
  }
}

/** The revocation entries that name the session `a`: conditions on `revocations`, each served by one index. */
export const entries = [
  "sid = a.sid and level = 'token'",
  "sid = a.lsid and level = 'token' and released = 0",
  // A target `app:<id>` or `admin` stands for single sessions, which its parts name.
  `target = a.sub and a.kind in ('agent', 'delegated')
    and (level = 'agent' or (level = 'chain' and a.parent_sid is null))`,
  // What a task entry killed stays dead after it is lifted: every session begun before that.
  "target = a.task_id and level = 'task' and (lifted_at is null or lifted_at > a.started_at)",
  "target = a.app_id and level = 'app'",
]

const boundEntries = entries.length

/** An entry names the session `a`. */
const isNamed = entries
  .map((entry) => `exists (select 1 from revocations where ${entry} and seq < ?)`)
  .join(' or ')

/** The record that led to the session `a` was signed by a compromised key. */
const isOfCompromisedRecord = `exists (select 1 from delegations join signing_keys on signing_keys.kid = delegations.kid
  where delegations.sid = a.sid and signing_keys.status = 'compromised')`
