import type { RevocationIndex } from '../revocation/revocation-index.ts'
import type { Log } from '../surroundings.ts'
import type { EpochStore } from './epoch.ts'

export interface HeadWatchParts {
  readonly store: Pick<EpochStore, 'inspect' | 'remember'>
  readonly revocations: Pick<RevocationIndex, 'beginEpoch'>
  readonly log: Log
}

/**
 * Notices when the store is not the one any more that this broker has answered from. There is no way back: only a new
 * start knows what is true.
 */
export class HeadWatch {
  readonly #parts: HeadWatchParts
  #isRegressed = false
  #isRemembered = true

  constructor(parts: HeadWatchParts) {
    this.#parts = parts
  }

  /** Nothing may be answered from the store any more. */
  get isRegressed(): boolean {
    return this.#isRegressed
  }

  /** Compares, and writes down how far the store has come. A store that does not answer proves nothing either way. */
  async look(): Promise<void> {
    if (!this.#isRegressed) await this.#inspect().catch(() => undefined)
    await this.remember()
  }

  /** What is written down comes from memory, so it is true of a store that has regressed, too. */
  async remember(): Promise<void> {
    const { store, log } = this.#parts
    try {
      await store.remember()
      this.#isRemembered = true
    } catch (cause) {
      // Once, not every second.
      if (this.#isRemembered) log.error({ err: cause }, notRemembered)
      this.#isRemembered = false
    }
  }

  async #inspect(): Promise<void> {
    const { store, revocations, log } = this.#parts
    const found = await store.inspect()
    if (!('regression' in found)) return revocations.beginEpoch(found)
    this.#isRegressed = true
    log.error({ regression: found.regression }, regressed)
  }
}

const regressed =
  'the database is not the one any more that this broker has answered from (was an older one put in its place?): ' +
  'everything is refused; stop the broker and put the newest database back, or accept this one with ' +
  '`awrit restore accept`'

const notRemembered =
  'the high-water file cannot be written: an older database would not be noticed at the next start'
