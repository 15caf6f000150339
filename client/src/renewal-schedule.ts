import type { Surroundings } from './options.ts'

// A token is renewed when a quarter of its life is left, and 10 s at least; but half of its life it always has, so that a
// very short one is not renewed at each call.
const shortestMargin = 10_000
const usualRest = 5_000

/** A token's times, in milliseconds: when it ends, and how long it lives in all. */
interface Life {
  readonly expiresAt: number
  readonly lifetime: number
}

interface Failure {
  /** Whether the broker may have carried it out. */
  readonly isUnanswered: boolean
  /** Seconds that the broker has asked for. */
  readonly retryAfter?: number | undefined
}

/**
 * When a token is due for renewal, and when another attempt is worth it after one has failed.
 * Laws: nothing is due in the first half of a token's life; what has failed rests for a while.
 */
export class RenewalSchedule {
  readonly #surroundings: Surroundings
  #expiresAt = 0
  #dueAt = 0
  #restsUntil = 0

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  get expiresAt(): number {
    return this.#expiresAt
  }

  get hasEnded(): boolean {
    return this.#surroundings.now() >= this.#expiresAt
  }

  get isDue(): boolean {
    return this.#surroundings.now() >= this.nextAttempt
  }

  /** Milliseconds since the epoch. */
  get nextAttempt(): number {
    return Math.max(this.#dueAt, this.#restsUntil)
  }

  begin({ expiresAt, lifetime }: Life): void {
    // Chance keeps agents that were started together from renewing together.
    const wanted = Math.max(lifetime / 4, shortestMargin) * (1 + this.#surroundings.random() / 10)
    this.#expiresAt = expiresAt
    this.#dueAt = expiresAt - Math.min(wanted, lifetime / 2)
    this.#restsUntil = 0
  }

  /**
   * An attempt has failed: the next one waits, longer if the broker asks for it, but not beyond what is left of the token. If
   * the broker may have carried it out, the token may be dead, and the next attempt is due whatever the time.
   */
  rest({ isUnanswered, retryAfter = 0 }: Failure): void {
    const now = this.#surroundings.now()
    const left = this.#expiresAt - now
    const wanted = Math.max(usualRest, retryAfter * 1000)
    this.#restsUntil = now + (left > 0 ? Math.min(wanted, left / 4) : usualRest)
    if (isUnanswered) this.#dueAt = Math.min(this.#dueAt, now)
  }
}
