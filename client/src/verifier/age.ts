// How old something is that was true at an instant. Law: two clocks are asked, the one on the wall and the machine's own,
// and whichever says older is right: the one can be set back, the other stands still while a machine sleeps.
import type { Surroundings } from '../options.ts'

/** Milliseconds by each of the two clocks. */
export interface Instant {
  readonly wall: number
  readonly own: number
}

type Clocks = Pick<Surroundings, 'now' | 'elapsed'>

export function instantNow({ now, elapsed }: Clocks): Instant {
  return { wall: now(), own: elapsed() }
}

/** Milliseconds. */
export function ageOf({ wall, own }: Instant, { now, elapsed }: Clocks): number {
  return Math.max(now() - wall, elapsed() - own)
}
