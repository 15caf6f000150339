/**
 * What became of an atomic change: it was kept, or the named guard did not hold and nothing was written. Plain data,
 * because it crosses a thread. A change that could not be decided at all (store unreachable, queue full) is a thrown
 * Fault.
 */
export type Outcome<Guard extends string> = KeptChange | FailedGuard<Guard>

export interface KeptChange {
  readonly kept: true
  /** The batch's time, milliseconds since the epoch. */
  readonly at: number
  /** The highest `exp` (seconds) issued by then. */
  readonly highestExp: number
  /** Number of the change's first audit event. */
  readonly seq: number
}

export interface FailedGuard<Guard extends string> {
  readonly kept: false
  readonly guard: Guard
}
