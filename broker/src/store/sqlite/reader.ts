import type { Scanner, ScanName, ScanTypes } from '../reads/scans.ts'
import { Thread } from './thread.ts'

/** Scans in progress or waiting; one more is refused. */
const capacity = 64

/** What the reading thread is asked. */
export type ReaderQuestion =
  | { readonly open: { readonly path: string; readonly macKey: Uint8Array } }
  | { [Name in ScanName]: ScanQuestion<Name> }[ScanName]
  | { readonly close: true }

interface ScanQuestion<Name extends ScanName> {
  readonly scan: Name
  readonly asked: ScanTypes[Name]['asked']
}

/** Scans of a SQLite file, by a thread with its own read-only connection. */
export class SqliteReader implements Scanner {
  readonly #thread: Thread

  private constructor(thread: Thread) {
    this.#thread = thread
  }

  static async open(
    path: string,
    macKey: Uint8Array,
    fatal: (error: Error) => void,
  ): Promise<SqliteReader> {
    const thread = new Thread('reader-worker', fatal)
    try {
      await thread.ask({ open: { path, macKey } } satisfies ReaderQuestion)
      return new SqliteReader(thread)
    } catch (error) {
      await thread.close()
      throw error
    }
  }

  async scan<Name extends ScanName>(
    name: Name,
    asked: ScanTypes[Name]['asked'],
  ): Promise<ScanTypes[Name]['answer']> {
    if (this.#thread.waiting >= capacity) throw new Error('too many scans are waiting')
    return this.#thread.ask<ScanTypes[Name]['answer']>({ scan: name, asked })
  }

  async close(): Promise<void> {
    await this.#thread.ask({ close: true } satisfies ReaderQuestion)
    await this.#thread.close()
  }
}
