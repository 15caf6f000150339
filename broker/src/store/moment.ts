/** What only the running batch knows: its time and the head row's values at the place of a change in it. */
export interface Moment {
  /** Milliseconds since the epoch, never below the time of an earlier batch. */
  readonly at: number
  /** Seconds: sessions and launch tokens begun before are over. */
  readonly notBefore: number
  /** Seconds. */
  readonly highestExp: number
  /** Number of the next audit event. */
  readonly seq: number
}
