import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { Revocation } from '../../domain/revocation/revocation.ts'
import type { SessionGuard } from '../../domain/tokens/presented-session.ts'
import type { Change } from '../change.ts'
import { notRevoked } from './not-revoked.ts'
import { enter } from './revoke.ts'

/**
 * An entry that ends a session whose superseded token was shown after this instant (milliseconds). A release does not
 * stand in its way: it would let what a thief has launched live on.
 */
export function endReusedSession(
  entry: Revocation,
  after: number,
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'too_early'> {
  const sid = entry.sid ?? ''
  return {
    guards: [
      { name: 'too_early', after },
      { name: 'session_not_current', some: 'sessions', key: { sid } },
      ...notRevoked('session_over', sid),
    ],
    writes: enter('revoke', entry),
    events,
    urgent: true,
  }
}
