import type { AuditPruning, CheckpointGuard } from '../../domain/audit/audit-integrity.ts'
import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { Change } from '../change.ts'
import { checkpointGuards, eventStands, insertCheckpoint } from './keep-checkpoint.ts'

/** Events that one change may remove: other changes must not wait long behind it. */
export const auditPruneBound = 500

/** A prefix of the trail goes. The checkpoint over its last event stays: with it, what is left still verifies. */
export function pruneAudit(
  { first, last, happenedAt, age, checkpoint }: AuditPruning,
  events: readonly NewAuditEvent[],
): Change<CheckpointGuard | 'not_due'> {
  const signing = checkpoint === undefined ? [] : checkpointGuards(checkpoint)
  return {
    guards: [
      { name: 'not_due', after: happenedAt + age },
      // Nobody else has removed them meanwhile.
      { name: 'event_gone', some: 'auditEvents', key: { seq: first } },
      eventStands(last),
      ...signing,
    ],
    writes: [
      { removeThrough: 'auditEvents', seq: last.seq },
      { removeThrough: 'checkpoints', seq: last.seq - 1 },
      ...(checkpoint === undefined ? [] : [insertCheckpoint(checkpoint)]),
    ],
    events,
    pruned: last,
  }
}
