import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { createPrivately } from './database.ts'
import { StoreOpenError } from '../store-open-error.ts'

/**
 * Exclusive use of a SQLite store for life, by `<database>.lock`: an empty SQLite file with a transaction that never
 * ends. The operating system drops the lock when the process dies, however it dies, so nothing stale is left behind.
 */
export class StoreLock {
  readonly #database: DatabaseSync
  readonly #name: string
  readonly #inode: number

  private constructor(database: DatabaseSync, name: string) {
    this.#database = database
    this.#name = name
    this.#inode = statSync(name).ino
  }

  static acquire(path: string): StoreLock {
    const name = `${path}.lock`
    let database: DatabaseSync | undefined
    try {
      createPrivately(name)
      database = new DatabaseSync(name, { timeout: 0 })
      database.exec('pragma journal_mode = memory; begin exclusive')
      return new StoreLock(database, name)
    } catch (cause) {
      database?.close()
      throw toOpenError(path, name, cause)
    }
  }

  /** False when somebody has removed or replaced the file: the lock then keeps nobody out any more. */
  isInPlace(): boolean {
    return statSync(this.#name, { throwIfNoEntry: false })?.ino === this.#inode
  }

  close(): void {
    this.#database.close()
  }
}

function toOpenError(path: string, name: string, cause: unknown): StoreOpenError {
  if (cause instanceof Error && 'errcode' in cause && cause.errcode === 5) {
    return new StoreOpenError(
      `The database ${path} is in use: another broker holds ${name}. Stop it first, or give this one another AA_DB_PATH.`,
      { cause },
    )
  }
  const reason = cause instanceof Error ? cause.message : 'unknown reason'
  return new StoreOpenError(`The lock file ${name} cannot be used: ${reason}.`, { cause })
}
