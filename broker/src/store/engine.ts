import type { HighWater } from '../domain/epoch/epoch.ts'
import type { Change } from './change.ts'
import type { Row } from './table.ts'

/** Runs batches of changes, one at a time. */
export interface Engine {
  /**
   * One transaction. Resolves after its commit, with a decision for each change in order; a change whose guard fails
   * leaves nothing behind and the others go on. Rejects with an EngineFailure when nothing of the batch was kept, or
   * when nobody can know.
   * @param now the time in milliseconds; the batch's own time is never below the head row's.
   */
  run(batch: readonly Change[], now: number): Promise<BatchReport>
  close(): Promise<void>
}

export interface BatchReport {
  /** The batch's time. */
  readonly at: number
  /** Highest `exp` (seconds) issued up to and in this batch. */
  readonly highestExp: number
  /** How far the store has come with it. */
  readonly head: HighWater
  readonly decisions: readonly Decision[]
}

/**
 * Plain data, because it crosses a thread. `removed`: how many expired rows went; `made`: what `insertEach` inserted;
 * `seq`: number of the change's first event; `guard`: the place of the failed guard in the change.
 */
export type Decision =
  | KeptDecision
  | { readonly kept: false; readonly guard: number }
  /** The change contradicts the schema (an id that exists already): a defect. */
  | { readonly kept: false; readonly defect: string }
  /** Its events cannot be written, so it did not happen (law 5). */
  | { readonly kept: false; readonly unaudited: string }

export interface KeptDecision {
  readonly kept: true
  readonly removed: number
  readonly made: readonly Row[]
  readonly seq: number
}

export class EngineFailure extends Error {
  override readonly name = 'EngineFailure'
  /** A COMMIT was lost and its fate cannot be read. */
  readonly isOutcomeUnknown: boolean

  constructor(message: string, { isOutcomeUnknown = false, cause }: EngineFailureOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.isOutcomeUnknown = isOutcomeUnknown
  }
}

interface EngineFailureOptions {
  readonly isOutcomeUnknown?: boolean
  readonly cause?: unknown
}
