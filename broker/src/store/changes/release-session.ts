import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { Revocation } from '../../domain/revocation/revocation.ts'
import type { PresentedSession, SessionGuard } from '../../domain/tokens/presented-session.ts'
import type { Change } from '../change.ts'
import { noEntryEnds, nothingRevokes } from './not-revoked.ts'
import { enter } from './revoke.ts'

/** An entry that ends the session. A superseded token may release, so `current_jti` is not asked for. */
export function releaseSession(
  entry: Revocation,
  events: readonly NewAuditEvent[],
  presented?: PresentedSession,
): Change<SessionGuard> {
  // An entry without a session finds none: the first guard fails.
  const sid = entry.sid ?? ''
  return {
    guards: [
      { name: 'session_not_current', some: 'sessions', key: { sid } },
      noEntryEnds('session_over', sid),
      ...(presented === undefined
        ? []
        : nothingRevokes('session_over', presented.lineage, presented.iat * 1000)),
    ],
    writes: enter('release', entry),
    events,
    urgent: true,
  }
}
