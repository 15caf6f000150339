import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Sql } from '../sql.ts'
import type { Row, Value } from '../table.ts'

/** One connection to a SQLite file, with its prepared statements. */
export class SqliteDatabase {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get isInTransaction(): boolean {
    return this.#database.isTransaction
  }

  all(text: string, values: readonly Value[] = []): Row[] {
    return this.#prepare(text)
      .all(...values)
      .map(toRow)
  }

  /** How many rows were changed, those that a foreign key took along not counted. */
  run(text: string, values: readonly Value[] = []): number {
    return Number(this.#prepare(text).run(...values).changes)
  }

  exec(text: string): void {
    this.#database.exec(text)
  }

  /** The same, as reads and migrations want it. */
  get sql(): Sql {
    return {
      all: async (text, values) => this.all(text, values),
      run: async (text, values) => void this.run(text, values),
    }
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #prepare(text: string): StatementSync {
    const known = this.#statements.get(text)
    if (known !== undefined) return known
    const statement = this.#database.prepare(text)
    this.#statements.set(text, statement)
    return statement
  }
}

/**
 * The connection that writes. A new file gets mode 0600, which SQLite copies to `-wal` and `-shm`.
 * Checkpoints are made by the writer itself, where their errors are seen. Temporary data stay in memory, so that a
 * full disk elsewhere cannot stop a savepoint. `fullfsync` matters on macOS only.
 */
export function openForWriting(path: string): SqliteDatabase {
  createPrivately(path)
  const database = new SqliteDatabase(new DatabaseSync(path, { timeout: 5000 }))
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma fullfsync = on;
    pragma checkpoint_fullfsync = on;
    pragma foreign_keys = on;
    pragma temp_store = memory;
    pragma wal_autocheckpoint = 0;
    pragma journal_size_limit = 67108864;
  `)
  requireSetting(database, 'journal_mode', 'wal')
  requireSetting(database, 'synchronous', 2)
  requireSetting(database, 'foreign_keys', 1)
  return database
}

/** A connection that can only read. */
export function openForReading(path: string): SqliteDatabase {
  return new SqliteDatabase(new DatabaseSync(path, { readOnly: true, timeout: 1000 }))
}

/** Creates the file with mode 0600 unless there is one. An existing one is not opened: closing it would drop locks. */
export function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function requireSetting(database: SqliteDatabase, name: string, value: Value): void {
  const [row] = database.all(`pragma ${name}`)
  if (row?.[name] !== value) throw new Error(`SQLite does not keep ${name} = ${value}`)
}

function toRow(values: Record<string, unknown>): Row {
  if (!isRow(values)) throw new TypeError('a column is neither text nor a whole number')
  return values
}

function isRow(values: Record<string, unknown>): values is Record<string, Value> {
  return Object.values(values).every(
    (value) => value === null || typeof value === 'string' || typeof value === 'number',
  )
}
