// What tells one history of the store from another. Laws: an epoch's `notBefore` only rises; what was issued before it
// is dead; a store that contradicts what was answered from it is answered from no more, until an operator accepts it
// and so begins another epoch.
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { Outcome } from '../outcome.ts'

export interface Epoch {
  /** 16 random hex characters. */
  readonly epoch: string
  /** Seconds: tokens issued before are dead, sessions and launch tokens begun before are over. */
  readonly notBefore: number
}

/** How far the store has come: its epoch and the last audit event in it. */
export interface HighWater extends Epoch {
  /** Number of the last audit event, 0 before the first. */
  readonly seq: number
  readonly hash: string
}

/**
 * How the store contradicts what was answered from it: its last event comes before one that was there; another event
 * stands where one was; its epoch is another one and begins no later; it has no head row of this deployment; the
 * database is no longer the file that was opened.
 */
export const regressions = [
  'lower_head',
  'other_history',
  'other_epoch',
  'no_head',
  'file_replaced',
] as const

export type Regression = (typeof regressions)[number]

/** What is kept outside of the store. */
export interface Remembered extends HighWater {
  /** Seen while the broker ran: what stands in the database since may be put together from two. */
  readonly regression?: Regression
}

/**
 * Whether a store whose head is `head` may follow one that had come as far as `mark`; `hashAtMark` is that of its
 * event with the number of the mark, if there is one. Another epoch that begins later was begun by an operator, who
 * has accepted what is in the store: its events are compared no further.
 */
export function regressionSince(
  mark: HighWater,
  head: HighWater,
  hashAtMark: string | undefined,
): Regression | undefined {
  if (head.epoch !== mark.epoch) {
    return head.notBefore > mark.notBefore ? undefined : 'other_epoch'
  }
  if (head.seq < mark.seq) return 'lower_head'
  return hashAtMark === mark.hash ? undefined : 'other_history'
}

export interface EpochStore {
  /** One change: the epoch begins, if the previous one is still the present one and 3 s are left until it counts. */
  begin(
    next: Epoch,
    previous: string,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<'epoch_changed' | 'too_late'>>
  /** The present epoch, or how the store contradicts what was answered from it. */
  inspect(): Promise<Epoch | { readonly regression: Regression }>
  /** Writes down beside the store how far it has come, if that is not written yet. */
  remember(): Promise<void>
}
