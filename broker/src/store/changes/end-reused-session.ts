import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { Revocation } from '../../domain/revocation/revocation.ts'
import type { SessionGuard } from '../../domain/tokens/session.ts'
import type { Change } from '../change.ts'
import { releaseSession } from './release-session.ts'

/** An entry that ends a session whose superseded token was shown after this instant (milliseconds). */
export function endReusedSession(
  entry: Revocation,
  after: number,
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'too_early'> {
  const ending = releaseSession(entry, events)
  return { ...ending, guards: [{ name: 'too_early', after }, ...ending.guards] }
}
