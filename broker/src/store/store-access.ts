import type { Committer } from './committer.ts'
import type { RowSource } from './reads/finds.ts'
import type { Scanner } from './reads/scans.ts'
import type { StoreObserver } from './store-observer.ts'

/** How the port of every noun reaches the rows, whatever the engine. */
export interface StoreAccess {
  readonly committer: Committer
  readonly observer: StoreObserver
  /** For single rows. */
  readonly source: RowSource
  /** Turns a failed read into a fault. */
  readonly find: <Answer>(reading: Promise<Answer>) => Promise<Answer>
  /** For many rows; its failures are faults, too. */
  readonly scan: Scanner['scan']
}
