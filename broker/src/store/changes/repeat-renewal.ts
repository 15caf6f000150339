import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { RenewalRepeat } from '../../domain/tokens/renewal.ts'
import type { SessionGuard } from '../../domain/tokens/presented-session.ts'
import type { Change } from '../change.ts'
import { appActs } from './acting-app.ts'
import { presentedSessionGuards } from './presented-session.ts'

/** The answer of a renewal is given again: nothing but that is written, and only while its successor is live. */
export function repeatRenewal(
  { successor, apps, before }: RenewalRepeat,
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'too_late'> {
  return {
    guards: [
      { name: 'too_late', before },
      ...presentedSessionGuards(successor),
      ...apps.flatMap((app) => appActs('session_over', app)),
    ],
    writes: [],
    events,
  }
}
