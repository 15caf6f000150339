// What shows that nobody has rewritten the audit trail: MACs beside events, signed checkpoints over the chain, and the
// stub that retention leaves behind (contract 5.4).
// Laws: a checkpoint is signed only over an event that stands in the chain as it says; what retention removes is a
// prefix, intact, and named by an event of its own; nothing is removed before its time by the store's clock.
import type { AuditHead, AuditVerifyFault, Checkpoint } from '@agentwrit/protocol'
import type { Outcome } from '../outcome.ts'
import type { NewAuditEvent } from './audit-event.ts'

/** Events to be checked, from the one behind `previous` on. */
export interface AuditPortion {
  /** Undefined: as the stored event before `fromSeq` says. */
  readonly previous: AuditHead | undefined
  readonly fromSeq: number
  readonly toSeq: number
  /** A checkpoint over the previous event, which retention may have left, belongs to the portion. */
  readonly isFirst: boolean
}

export interface CheckedPortion {
  readonly checkpoints: number
  /** The last event of the portion, unless there is an error. */
  readonly last: AuditHead
  readonly error?: { readonly seq: number; readonly reason: AuditVerifyFault }
}

/** The numbers that rows of the store bear, whoever has put them there. */
export interface AuditExtent {
  readonly lowest: number | undefined
  readonly highest: number | undefined
  readonly highestCheckpoint: number | undefined
}

/** Intact events at the beginning of what is kept, all of them old enough to go. */
export interface ExpiredEvents {
  readonly first: number
  readonly last: AuditHead
  /** Of the last one, milliseconds. */
  readonly happenedAt: number
  /** Whether there is a checkpoint over the last one. */
  readonly isSigned: boolean
}

/** The end of a prefix that may go, if it is older than so many milliseconds. */
export interface AuditPruning extends ExpiredEvents {
  readonly age: number
  /** Over the last event; absent if there is one. */
  readonly checkpoint?: Checkpoint
}

export type CheckpointGuard = 'made_already' | 'event_gone' | 'key_not_active'

export interface AuditIntegrityStore {
  /** Checks events, links, MACs and checkpoints; of faults the first. Takes no longer than a thousand events need. */
  check(portion: AuditPortion): Promise<CheckedPortion>
  extent(): Promise<AuditExtent>
  /** The newest one over an event not behind this one. */
  newestCheckpoint(atMost: number): Promise<Checkpoint | undefined>
  /** One change, without an event: the signed event stands as it says, and its key is the active one. */
  keepCheckpoint(checkpoint: Checkpoint): Promise<Outcome<CheckpointGuard>>
  /**
   * Events from before this instant (milliseconds), a bounded number; or the first one, if it is missing or not as it was
   * written.
   */
  findExpired(until: number): Promise<ExpiredEvents | { readonly broken: number } | undefined>
  /** One change: the events go, with the checkpoints over those before the last one. */
  prune(
    pruning: AuditPruning,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<CheckpointGuard | 'not_due'>>
}
