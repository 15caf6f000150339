import { forwardOnly } from '../../domain/forward-only-clock.ts'
import type { Clock } from '../../domain/surroundings.ts'

export interface RateLimit {
  readonly perSecond: number
  /** Attempts a rested key has at once. */
  readonly burst: number
}

/** Keys a limiter remembers at most. */
export const MAX_KEYS = 10_000

/**
 * Token buckets (contract 1.7), each kept as the one instant at which it is full again. Law 7: memory is bounded, and a
 * throttled key is never forgotten to make room, for that would free it; new keys then share one overflow bucket.
 */
export class RateLimiter {
  readonly #interval: number
  readonly #burst: number
  readonly #clock: Clock
  readonly #fullAt = new Map<string, number>()
  #overflowFullAt = 0
  #sweptAt = Number.NEGATIVE_INFINITY

  constructor({ perSecond, burst }: RateLimit, clock: Clock) {
    this.#interval = 1000 / perSecond
    this.#burst = burst
    this.#clock = forwardOnly(clock)
  }

  /** Takes one token: 0 if there was one, else the milliseconds until there is. */
  take(key: string): number {
    const now = this.#clock()
    const known = this.#fullAt.get(key)
    const isOwn = known !== undefined || this.#hasRoom(now)
    const fullAt = Math.max((isOwn ? known : this.#overflowFullAt) ?? now, now)
    const wait = fullAt + this.#interval - (now + this.#burst * this.#interval)
    if (wait > 0) return wait
    if (isOwn) this.#fullAt.set(key, fullAt + this.#interval)
    else this.#overflowFullAt = fullAt + this.#interval
    return 0
  }

  get size(): number {
    return this.#fullAt.size
  }

  #hasRoom(now: number): boolean {
    if (this.#fullAt.size < MAX_KEYS) return true
    // A sweep costs time, so it is made only when another bucket can have refilled.
    if (now - this.#sweptAt < this.#interval) return false
    this.#sweptAt = now
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(key)
    return this.#fullAt.size < MAX_KEYS
  }
}
