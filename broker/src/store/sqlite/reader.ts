import type { Scanner, ScanName, ScanTypes } from '../reads/scans.ts'
import { Thread } from './thread.ts'

/** Scans waiting, in either lane; one more is refused. */
const capacity = 64

/** Whoever has revoked waits for the count, and a rotation or a start for what it rests on. */
const urgent: ReadonlySet<ScanName> = new Set([
  'effect',
  'lastSessionEnd',
  'revocationsInForce',
  'signingKeyInUse',
])

/** What the reading thread is asked. */
export type ReaderQuestion =
  | { readonly open: { readonly path: string; readonly macKey: Uint8Array } }
  | { [Name in ScanName]: ScanQuestion<Name> }[ScanName]
  | { readonly close: true }

interface ScanQuestion<Name extends ScanName> {
  readonly scan: Name
  readonly asked: ScanTypes[Name]['asked']
}

/** What a scan has read is soon forgotten: left to itself, V8 would keep up to 100 MB of it before it looks. */
const limits = { maxYoungGenerationSizeMb: 8 }

/** Scans of a SQLite file, by a thread with its own read-only connection. */
export class SqliteReader implements Scanner {
  readonly #thread: Thread
  /** What others wait for goes first: the thread has one scan at a time, so that a queue of long ones can be overtaken. */
  readonly #first: (() => void)[] = []
  readonly #others: (() => void)[] = []
  #isBusy = false

  private constructor(thread: Thread) {
    this.#thread = thread
  }

  static async open(
    path: string,
    macKey: Uint8Array,
    fatal: (error: Error) => void,
  ): Promise<SqliteReader> {
    const thread = new Thread('reader-worker', fatal, limits)
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
    await this.#turn(name)
    try {
      return await this.#thread.ask<ScanTypes[Name]['answer']>({ scan: name, asked })
    } finally {
      this.#isBusy = false
      const next = this.#first.shift() ?? this.#others.shift()
      next?.()
    }
  }

  /** Resolves when the thread is this scan's. */
  #turn(name: ScanName): Promise<void> {
    const lane = urgent.has(name) ? this.#first : this.#others
    if (lane.length >= capacity) return Promise.reject(new Error('too many scans are waiting'))
    return new Promise((resolve) => {
      const begin = () => {
        this.#isBusy = true
        resolve()
      }
      if (this.#isBusy) lane.push(begin)
      else begin()
    })
  }

  async close(): Promise<void> {
    await this.#thread.ask({ close: true } satisfies ReaderQuestion)
    await this.#thread.close()
  }
}
