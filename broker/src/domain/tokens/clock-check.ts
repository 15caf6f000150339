import type { Store } from '../store.ts'
import type { Clock } from '../surroundings.ts'

interface Times {
  readonly clock: Clock
  readonly store: Pick<Store, 'lastTime'>
}

/** Milliseconds: tokens are judged by the store's time where the machine's clock lags, so that none comes back to life. */
export function presentTime({ clock, store }: Times): number {
  return Math.max(clock(), store.lastTime())
}

/** Milliseconds by which this machine's clock may lag behind the time of the store. */
const TOLERANCE = 1000

/**
 * Whether this machine's clock has fallen behind the store's time, which never goes back. Such a broker is not ready
 * and issues nothing: its tokens would lie about their time (contract 4.23).
 */
export function isClockBehind({ clock, store }: Times): boolean {
  return clock() < store.lastTime() - TOLERANCE
}
