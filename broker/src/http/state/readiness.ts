import type { Clock } from '../../domain/surroundings.ts'
import type { Store } from '../../domain/store.ts'
import { isClockBehind } from '../../domain/tokens/clock-check.ts'
import { freshWithin } from './fresh.ts'

export type Stage = 'starting' | 'ready' | 'draining'

/** What the store said at most a second ago. */
export interface StoreState {
  readonly isConnected: boolean
  /** Events in the audit log; the last number known when the store does not answer. */
  readonly auditEvents: number
}

type ProbedStore = Pick<Store, 'probe' | 'lastTime'> & {
  readonly audit: Pick<Store['audit'], 'count'>
}

/** Milliseconds after which the store counts as silent. */
const PATIENCE = 2000

/**
 * How far along its life this broker is, and whether its store works. Anybody may ask, so asking has a constant cost:
 * one real query a second serves all who ask.
 */
export class Readiness {
  readonly storeState: () => Promise<StoreState>
  readonly #store: ProbedStore
  readonly #clock: Clock
  readonly #startedAt: number
  #stage: Stage = 'starting'
  #auditEvents: number

  /** `auditEvents`: how many the log held when the store was opened. */
  constructor(store: ProbedStore, clock: Clock, auditEvents: number) {
    this.#store = store
    this.#clock = clock
    this.#auditEvents = auditEvents
    this.#startedAt = clock()
    this.storeState = freshWithin(1000, clock, async () => {
      const isConnected = await withPatience(this.#query())
      return { isConnected, auditEvents: this.#auditEvents }
    })
  }

  get stage(): Stage {
    return this.#stage
  }

  /** The first request may come. */
  markReady(): void {
    if (this.#stage === 'starting') this.#stage = 'ready'
  }

  /** No new work is wanted; what is under way is finished. There is no way back. */
  drain(): void {
    this.#stage = 'draining'
  }

  /** Its tokens would lie about their time. */
  get isClockBehind(): boolean {
    return isClockBehind({ clock: this.#clock, store: this.#store })
  }

  /** Whole seconds, at least 1. */
  uptime(): number {
    return Math.max(1, Math.floor((this.#clock() - this.#startedAt) / 1000))
  }

  async #query(): Promise<boolean> {
    // First what only reads: it is told even when nothing can be written.
    this.#auditEvents = await this.#store.audit.count()
    await this.#store.probe()
    return true
  }
}

async function withPatience(query: Promise<boolean>): Promise<boolean> {
  const { promise: silence, resolve } = Promise.withResolvers<boolean>()
  const limit = setTimeout(resolve, PATIENCE, false)
  try {
    return await Promise.race([query, silence])
  } catch {
    return false
  } finally {
    clearTimeout(limit)
  }
}
