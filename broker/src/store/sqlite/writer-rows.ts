import type { Test, Write } from '../change.ts'
import { fill } from '../fill.ts'
import { meeting } from '../holds.ts'
import type { WritingMoment } from '../moment.ts'
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

  /** The rows under the key; what `where` bounds the database leaves out, for there may be any number of rows. */
  find(table: TableDescription, key: Row, where: Where = {}): Row[] {
    const { text: bounds, values } = boundsOf(where)
    return this.#database
      .all(this.#sql.select(table, Object.keys(key), bounds), [...Object.values(key), ...values])
      .map((stored) => this.#mac.open(table, stored))
      .filter((row) => row !== undefined)
  }

  /** How many rows of a table without MACs lie under the key and within the bounds, by the index alone. */
  count(table: TableDescription, key: Row, where: Where): number {
    const { text: bounds, values } = boundsOf(where)
    const text = this.#sql.count(table, Object.keys(key), bounds)
    const [row] = this.#database.all(text, [...Object.values(key), ...values])
    return Number(row?.['found'])
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

  write(write: Write, moment: WritingMoment): Written {
    if ('removeExpired' in write) {
      const removed = this.#removeExpired(tables[write.removeExpired], moment.at, write.atMost)
      return { removed, made: [] }
    }
    if ('removeThrough' in write) {
      this.#removeThrough(tables[write.removeThrough], write.seq)
      return { removed: 0, made: [] }
    }
    if ('insertEach' in write) {
      const made = this.#insertEach(write, moment)
      return { removed: 0, made: write.isQuiet === true ? [] : made }
    }
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

  #insertEach(
    write: Extract<Write, { readonly insertEach: unknown }>,
    moment: WritingMoment,
  ): Row[] {
    const source: TableDescription = tables[write.of]
    const where = { ...write.where }
    const narrowed = this.find(source, { ...write.key }, where)
    const found = narrowed.filter(meeting(source, where, moment))
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

  #removeThrough(table: TableDescription, seq: number): void {
    this.#database.run(`delete from ${table.name} where seq <= ?`, [seq])
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

type Where = Readonly<Record<string, Test>>

function boundsOf(where: Where): { readonly text: string; readonly values: readonly number[] } {
  const bounds = Object.entries(where).flatMap(([column, test]) => {
    if (typeof test !== 'object' || test === null) return []
    if ('above' in test) return [{ text: `${column} > ?`, value: test.above }]
    return 'atLeast' in test ? [{ text: `${column} >= ?`, value: test.atLeast }] : []
  })
  return {
    text: bounds.map(({ text }) => text).join(' and '),
    values: bounds.map(({ value }) => value),
  }
}

function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]))
}
