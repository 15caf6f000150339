import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { Change } from '../change.ts'

/** Events that rest on no other change. */
export function appendEvents(events: readonly NewAuditEvent[]): Change<never> {
  return { guards: [], writes: [], events }
}
