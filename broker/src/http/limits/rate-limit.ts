import { forwardOnly } from '../../domain/forward-only-clock.ts'
import type { Clock } from '../../domain/surroundings.ts'

export interface RateLimit {
  readonly perSecond: number
  /** Attempts a rested key has at once. */
  readonly burst: number
}

/** Keys a limiter remembers at most, and of these the keys of one neighbourhood. */
export const MAX_KEYS = 10_000
export const MAX_NEIGHBOURS = 256

interface Bucket {
  /** The instant at which it is full again. */
  fullAt: number
  readonly neighbourhood: string
}

/**
 * Token buckets (contract 1.7). Law 7: memory is bounded, and a throttled key is never forgotten to make room, for that
 * would free it; new keys then share one overflow bucket. Before that, the keys of one neighbourhood of addresses share
 * a bucket of their own, so that whoever owns such a network cannot use up the room of everybody else.
 */
export class RateLimiter {
  readonly #interval: number
  readonly #burst: number
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()
  readonly #neighbours = new Map<string, number>()
  readonly #overflow: Bucket = { fullAt: 0, neighbourhood: '' }
  #sweptAt = Number.NEGATIVE_INFINITY

  constructor({ perSecond, burst }: RateLimit, clock: Clock) {
    this.#interval = 1000 / perSecond
    this.#burst = burst
    this.#clock = forwardOnly(clock)
  }

  /** Takes one token: 0 if there was one, else the milliseconds until there is. */
  take(key: string, neighbourhood = key): number {
    const now = this.#clock()
    const bucket = this.#bucketOf(key, neighbourhood, now)
    const fullAt = Math.max(bucket.fullAt, now)
    const wait = fullAt + this.#interval - (now + this.#burst * this.#interval)
    if (wait > 0) return wait
    bucket.fullAt = fullAt + this.#interval
    return 0
  }

  get size(): number {
    return this.#buckets.size
  }

  #bucketOf(key: string, neighbourhood: string, now: number): Bucket {
    const known = this.#buckets.get(key)
    if (known !== undefined) return known
    if (this.#hasRoomFor(neighbourhood)) return this.#begin(key, neighbourhood)
    this.#sweep(now)
    if (this.#hasRoomFor(neighbourhood)) return this.#begin(key, neighbourhood)
    if (this.#buckets.size >= MAX_KEYS) return this.#overflow
    const shared = `neighbours of ${neighbourhood}`
    return this.#buckets.get(shared) ?? this.#begin(shared, neighbourhood)
  }

  #hasRoomFor(neighbourhood: string): boolean {
    const neighbours = this.#neighbours.get(neighbourhood) ?? 0
    return this.#buckets.size < MAX_KEYS && neighbours < MAX_NEIGHBOURS
  }

  #begin(key: string, neighbourhood: string): Bucket {
    const bucket = { fullAt: 0, neighbourhood }
    this.#buckets.set(key, bucket)
    this.#neighbours.set(neighbourhood, (this.#neighbours.get(neighbourhood) ?? 0) + 1)
    return bucket
  }

  /** Forgets buckets that are full again. It costs time, so it is made only when another one can have refilled. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < this.#interval) return
    this.#sweptAt = now
    for (const [key, { fullAt, neighbourhood }] of this.#buckets) {
      if (fullAt > now) continue
      this.#buckets.delete(key)
      const left = (this.#neighbours.get(neighbourhood) ?? 1) - 1
      if (left === 0) this.#neighbours.delete(neighbourhood)
      else this.#neighbours.set(neighbourhood, left)
    }
  }
}
