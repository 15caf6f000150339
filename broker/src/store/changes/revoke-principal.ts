import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { Revocation, RevokingGuard } from '../../domain/revocation/revocation.ts'
import type { PresentedSession } from '../../domain/tokens/presented-session.ts'
import type { Change, Write } from '../change.ts'
import { newEntry } from '../tables/revocations.ts'
import { endSessions } from './end-sessions.ts'
import { presentedActs } from './revoke.ts'

/** All sessions of an app or operator end; the next login begins another. */
export function revokePrincipal(
  entry: Revocation,
  presented: PresentedSession,
  events: readonly NewAuditEvent[],
): Change<RevokingGuard> {
  return { guards: presentedActs(presented), writes: endPrincipal(entry), events, urgent: true }
}

/**
 * The entry about the principal, and one for every session of it that is kept: also for those that were released, because
 * a release spares what the session has launched. Verifiers are told of the sessions alone.
 */
export function endPrincipal(entry: Revocation): Write[] {
  const part: Revocation = { ...entry, level: 'token', released: false, partOf: entry.id }
  const parts = endSessions({ key: { sub: entry.target } }, part)
  return [{ insert: 'revocations', row: newEntry(entry) }, ...parts]
}
