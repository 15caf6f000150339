import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { Revocation } from '../../domain/revocation/revocation.ts'
import type { SessionGuard } from '../../domain/tokens/session.ts'
import type { Change, NewValue } from '../change.ts'
import { noEntryEnds } from './presented-session.ts'

/** An entry that ends the session. A superseded token may release, so `current_jti` is not asked for. */
export function releaseSession(
  entry: Revocation,
  events: readonly NewAuditEvent[],
): Change<SessionGuard> {
  // An entry without a session finds none: the first guard fails.
  const sid = entry.sid ?? ''
  return {
    guards: [{ name: 'session_not_current', some: 'sessions', key: { sid } }, noEntryEnds(sid)],
    writes: [{ insert: 'revocations', row: newEntry(entry) }],
    events,
    urgent: true,
  }
}

/** The row of an entry made now, kept until every token issued so far has expired. */
export function newEntry(entry: Revocation): Readonly<Record<string, NewValue>> {
  return {
    id: entry.id,
    level: entry.level,
    target: entry.target,
    sid: entry.sid ?? null,
    released: entry.released ? 1 : 0,
    reason: entry.reason ?? null,
    actor: entry.actor,
    revoked_at: { at: 0 },
    keep_until: { highestExp: true },
    lifted_at: null,
  }
}
