import { forwardOnly } from '../forward-only-clock.ts'
import type { Clock, Log } from '../surroundings.ts'
import type { Keys } from '../tokens/keys.ts'
import type { SigningKey, SigningKeyStore } from './signing-key.ts'

/** Milliseconds between two reads that strangers can cause. */
const INTERVAL = 1000

export interface KeyFollowerParts {
  readonly keys: Pick<Keys, 'learn'>
  readonly store: Pick<SigningKeyStore, 'all'>
  readonly clock: Clock
  readonly log: Log
}

/** Keeps this broker's keys those of the store, which any broker may have changed. */
export class KeyFollower {
  readonly #parts: KeyFollowerParts
  readonly #clock: Clock
  #lastAt = -Infinity
  #reading: Promise<boolean> | undefined

  constructor(parts: KeyFollowerParts) {
    this.#parts = parts
    this.#clock = forwardOnly(parts.clock)
  }

  /** Takes over rows that were read or have just been kept: whether anything changed. */
  take(rows: readonly SigningKey[]): boolean {
    const { keys, log } = this.#parts
    try {
      return keys.learn(rows)
    } catch (cause) {
      log.error({ err: cause }, 'the signing keys of the store cannot be used')
      return false
    }
  }

  /** Reads the store now: whether anything changed. */
  async reread(): Promise<boolean> {
    return this.take(await this.#parts.store.all())
  }

  /**
   * The same for a token under an unknown kid, which anybody can make: at most once a second (contract 2.4). Whoever
   * comes while the store is being read waits for that; false in what is left of the second.
   */
  async rereadSeldom(): Promise<boolean> {
    if (this.#reading !== undefined) return this.#reading
    const at = this.#clock()
    if (at - this.#lastAt < INTERVAL) return false
    this.#lastAt = at
    this.#reading = this.reread().finally(() => (this.#reading = undefined))
    return this.#reading
  }
}
