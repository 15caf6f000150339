import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { EntryEffect } from '../../domain/revocation/revocation.ts'
import type { Change } from '../change.ts'

/** Each entry tells what it killed, once: whoever counts it again changes nothing. */
export function noteEffects(
  effects: readonly EntryEffect[],
  events: readonly NewAuditEvent[],
): Change<'noted_already'> {
  return {
    guards: effects.map(({ entry: { id } }) => ({
      name: 'noted_already',
      some: 'revocations',
      key: { id },
      where: { killed: null },
    })),
    writes: effects.map(({ entry: { id }, killed, isComplete }) => ({
      update: 'revocations',
      key: { id },
      set: { killed, is_complete: isComplete ? 1 : 0 },
    })),
    events,
    // Whoever revoked waits for it.
    urgent: true,
  }
}
