import type { Change } from '../change.ts'
import { EngineFailure, type BatchReport, type Engine } from '../engine.ts'
import type { Founding } from '../migrate.ts'
import { StoreOpenError } from '../store-open-error.ts'
import { Thread } from './thread.ts'

export interface SqliteOpening extends Founding {
  readonly path: string
  readonly macKey: Uint8Array
}

/** What the writing thread is asked. */
export type WriterQuestion =
  | { readonly open: SqliteOpening }
  | BatchQuestion
  | { readonly close: true }

export interface BatchQuestion {
  readonly changes: readonly Change[]
  readonly now: number
}

/** What became of a batch: committed, certainly not committed, or nobody can know. */
export type BatchAnswer =
  | { readonly report: BatchReport }
  | { readonly undone: string }
  | { readonly unknown: string }

/** Batches on a SQLite file, run by a thread of their own. */
export class SqliteEngine implements Engine {
  readonly #thread: Thread
  readonly #fatal: (error: Error) => void

  private constructor(thread: Thread, fatal: (error: Error) => void) {
    this.#thread = thread
    this.#fatal = fatal
  }

  /**
   * Creates the file, or brings it up to date.
   * @param fatal told when an error at commit left the file in a state that only a new start can know.
   */
  static async open(opening: SqliteOpening, fatal: (error: Error) => void): Promise<SqliteEngine> {
    const thread = new Thread('writer-worker', fatal)
    try {
      await thread.ask({ open: opening } satisfies WriterQuestion)
      return new SqliteEngine(thread, fatal)
    } catch (cause) {
      await thread.close()
      throw toOpenError(opening.path, cause)
    }
  }

  async run(changes: readonly Change[], now: number): Promise<BatchReport> {
    const answer = await this.#ask({ changes, now })
    if ('report' in answer) return answer.report
    if ('undone' in answer) throw new EngineFailure(answer.undone)
    const failure = new EngineFailure(answer.unknown, { isOutcomeUnknown: true })
    this.#fatal(failure)
    throw failure
  }

  async close(): Promise<void> {
    await this.#thread.ask({ close: true } satisfies WriterQuestion)
    await this.#thread.close()
  }

  async #ask(question: WriterQuestion): Promise<BatchAnswer> {
    try {
      return await this.#thread.ask<BatchAnswer>(question)
    } catch (cause) {
      // The thread died, perhaps between the commit and its answer.
      throw new EngineFailure('the writing thread failed', { isOutcomeUnknown: true, cause })
    }
  }
}

function toOpenError(path: string, cause: unknown): StoreOpenError {
  const { name, message } = cause instanceof Error ? cause : new Error('it cannot be opened')
  if (name === 'StoreOpenError') return new StoreOpenError(message)
  return new StoreOpenError(`The database ${path} cannot be opened: ${message}.`, { cause })
}
