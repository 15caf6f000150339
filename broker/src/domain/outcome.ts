/**
 * What became of an atomic change: it was kept, at the batch's time (milliseconds since the epoch) and with the highest
 * `exp` (seconds) issued by then, or the named guard did not hold and nothing was written. Plain data, because it
 * crosses a thread. A change that could not be decided at all (store unreachable, queue full) is a thrown Fault.
 */
export type Outcome<Guard extends string> =
  | { readonly kept: true; readonly at: number; readonly highestExp: number }
  | { readonly kept: false; readonly guard: Guard }
