import type { Write } from '../change.ts'
import { fill } from '../fill.ts'
import { meeting } from '../holds.ts'
import type { Moment } from '../moment.ts'
import type { RowMac } from '../row-mac.ts'
import { RowSql } from '../row-sql.ts'
import { equals, storedValues } from '../sql.ts'
import type { SqliteDatabase } from './database.ts'
import { keyOf, pruneBefore, storedColumns, type Row, type TableDescription } from '../table.ts'
import { tables } from '../tables.ts'

/** What a write has done: expired rows removed, rows inserted for each of others. */
export interface Written {
  readonly removed: number
  readonly made: readonly Row[]
}

/** Rows by key, with their MACs, inside the writer's transaction. */
export class SqliteRows {
  readonly #database: SqliteDatabase
  readonly #mac: RowMac
  readonly #sql = new RowSql()

  constructor(database: SqliteDatabase, mac: RowMac) {
    this.#database = database
    this.#mac = mac
  }

  find(table: TableDescription, key: Row): Row[] {
    return this.#database
      .all(this.#sql.select(table, Object.keys(key)), Object.values(key))
      .map((stored) => this.#mac.open(table, stored))
      .filter((row) => row !== undefined)
  }

  insert(table: TableDescription, row: Row): void {
    const stored = this.#mac.seal(table, row)
    this.#database.run(this.#sql.insert(table), storedValues(table, stored))
  }

  /** Rows whose MAC is wrong are not found, so a forged one is never sealed anew. */
  update(table: TableDescription, key: Row, change: (row: Row) => Row): void {
    for (const row of this.find(table, key)) {
      const stored = this.#mac.seal(table, change(row))
      // Only what differs: a column that is set costs its indexes, changed or not.
      const columns = storedColumns(table).filter((column) => stored[column] !== row[column])
      if (columns.length > 0) this.#set(table, keyOf(table, row), pick(stored, columns))
    }
  }

  write(write: Write, moment: Moment): Written {
    if ('removeExpired' in write) {
      const removed = this.#removeExpired(tables[write.removeExpired], moment.at, write.atMost)
      return { removed, made: [] }
    }
    if ('insertEach' in write) return { removed: 0, made: this.#insertEach(write, moment) }
    if ('insert' in write) this.insert(tables[write.insert], fill(write.row, moment))
    else if ('remove' in write) this.#remove(tables[write.remove], { ...write.key })
    else {
      const set = { ...write.set }
      this.update(tables[write.update], { ...write.key }, (row) => ({
        ...row,
        ...fill(set, moment, row),
      }))
    }
    return { removed: 0, made: [] }
  }

  #insertEach(write: Extract<Write, { readonly insertEach: unknown }>, moment: Moment): Row[] {
    const source: TableDescription = tables[write.of]
    const found = this.find(source, { ...write.key }).filter(meeting(source, write.where, moment))
    const rows = found.map((row) => fill(write.row, moment, row))
    for (const row of rows) this.insert(tables[write.insertEach], row)
    return rows
  }

  #set(table: TableDescription, key: Row, values: Row): void {
    const set = Object.keys(values).map((column) => `${column} = ?`)
    const text = `update ${table.name} set ${set.join(', ')} where ${equals(Object.keys(key))}`
    this.#database.run(text, [...Object.values(values), ...Object.values(key)])
  }

  #remove(table: TableDescription, key: Row): void {
    const text = `delete from ${table.name} where ${equals(Object.keys(key))}`
    this.#database.run(text, Object.values(key))
  }

  #removeExpired(table: TableDescription, at: number, atMost: number): number {
    const takenAtMost = 5 * atMost
    const taken = this.#removeTakenAlong(table, at, takenAtMost)
    // There may be any number of them: while they fill their bound, the rows they belong to wait for the next change.
    if (taken >= takenAtMost) return taken
    const { column, bound } = pruneBefore(table, at)
    const key = table.key.join(', ')
    const text = `delete from ${table.name} where (${key}) in
      (select ${key} from ${table.name} where ${column} <= ? order by ${column} limit ?)`
    return this.#database.run(text, [bound, atMost])
  }

  #removeTakenAlong(table: TableDescription, at: number, atMost: number): number {
    if (table.takesAlong === undefined) return 0
    const { by, table: other } = table.takesAlong
    const { column, bound } = pruneBefore(table, at)
    const expired = `select ${by} from ${table.name} where ${column} <= ? order by ${column} limit ?`
    const text = `delete from ${other} where rowid in
      (select rowid from ${other} where ${by} in (${expired}) limit ?)`
    return this.#database.run(text, [bound, atMost, atMost])
  }
}

function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]))
}
