import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { Revocation } from '../../domain/revocation/revocation.ts'
import type { PresentedSession, SessionGuard } from '../../domain/tokens/presented-session.ts'
import type { Change } from '../change.ts'
import { presentedSessionGuards } from './presented-session.ts'
import { enter } from './revoke.ts'

/** The app is inactive for good, and an entry ends all that was done in its name. */
export function deregisterApp(
  entry: Revocation,
  presented: PresentedSession,
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'app_inactive'> {
  const key = { app_id: entry.target }
  return {
    guards: [
      ...presentedSessionGuards(presented),
      { name: 'app_inactive', some: 'apps', key, where: { deregistered_at: null } },
    ],
    writes: [
      { update: 'apps', key, set: { deregistered_at: { at: 0 }, updated_at: { at: 0 } } },
      ...enter('revoke', entry),
    ],
    events,
    urgent: true,
  }
}
