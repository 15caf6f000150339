// Until when what is known about revocations may be relied on (contract 4.19). Laws: knowledge is as old as `as_of`, by the
// clock on the wall, or as the time since it was received, whichever says older; that is looked at on every use and never
// left to a timer, which a process that was stopped would have missed; on one connection time does not go back.
import type { Surroundings } from '../options.ts'
import { ageOf } from './age.ts'
import type { Instant } from './age.ts'

export class Freshness {
  readonly #clocks: Pick<Surroundings, 'now' | 'elapsed'>
  readonly #maxStaleness: number
  #knownAt: Instant | undefined
  #latest = -Infinity

  constructor(clocks: Pick<Surroundings, 'now' | 'elapsed'>, maxStaleness: number) {
    this.#clocks = clocks
    this.#maxStaleness = maxStaleness
  }

  /** Milliseconds. */
  get asOf(): number {
    return this.#knownAt?.wall ?? 0
  }

  get isFresh(): boolean {
    return this.#knownAt !== undefined && ageOf(this.#knownAt, this.#clocks) <= this.#maxStaleness
  }

  /** Another connection, perhaps to another broker, whose clock may be a little behind. */
  connected(): void {
    this.#latest = -Infinity
  }

  /** All was known that had happened before, in milliseconds. To be told once more says nothing new. */
  confirm(asOf: number): void {
    if (asOf <= this.#latest) return
    this.#latest = asOf
    this.#knownAt = { wall: asOf, own: this.#clocks.elapsed() }
  }

  forget(): void {
    this.#knownAt = undefined
  }
}
