import type { AuditHead, Checkpoint } from '@agentwrit/protocol'
import type { CheckpointGuard } from '../../domain/audit/audit-integrity.ts'
import type { Change, Guard, Write } from '../change.ts'
import { toCheckpointRow } from '../tables/checkpoints.ts'
import { keyIsActive } from './signing-key.ts'

/** A checkpoint is no event: it would need one of its own. */
export function keepCheckpoint(checkpoint: Checkpoint): Change<CheckpointGuard> {
  return {
    guards: [...checkpointGuards(checkpoint), eventStands(checkpoint)],
    writes: [insertCheckpoint(checkpoint)],
    events: [],
  }
}

export function checkpointGuards({ seq, kid }: Checkpoint): Guard<CheckpointGuard>[] {
  return [{ name: 'made_already', none: 'checkpoints', key: { seq } }, keyIsActive(kid)]
}

/** The event of this number is there, and its hash, the last member of its JSON, is this one. */
export function eventStands({ seq, hash }: AuditHead): Guard<'event_gone'> {
  const where = { event: { endsWith: `,"hash":"${hash}"}` } }
  return { name: 'event_gone', some: 'auditEvents', key: { seq }, where }
}

export function insertCheckpoint(checkpoint: Checkpoint): Write {
  return { insert: 'checkpoints', row: toCheckpointRow(checkpoint) }
}
