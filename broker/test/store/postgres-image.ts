import type { Write } from '../../src/store/change.ts'
import { fill } from '../../src/store/fill.ts'
import { meeting } from '../../src/store/holds.ts'
import type { WritingMoment } from '../../src/store/moment.ts'
import type { Written } from '../../src/store/sqlite/writer-rows.ts'
import {
  hasKey,
  keyOf,
  pruneBefore,
  type Row,
  type TableDescription,
} from '../../src/store/table.ts'
import { tables } from '../../src/store/tables.ts'

interface Entry {
  /** As the database has it; undefined for a row that the batch inserts. */
  readonly stored: Row | undefined
  /** As the batch leaves it; undefined once removed. */
  present: Row | undefined
}

/** The rows a batch touches, in memory: what was loaded, and what the changes so far made of it. */
export class PostgresImage {
  readonly #tables = new Map<TableDescription, Map<string, Entry>>()

  load(table: TableDescription, rows: readonly Row[]): void {
    for (const row of rows) {
      const entries = this.entries(table)
      const name = nameOf(table, row)
      if (!entries.has(name)) entries.set(name, { stored: row, present: row })
    }
  }

  entries(table: TableDescription): Map<string, Entry> {
    const entries = this.#tables.get(table) ?? new Map<string, Entry>()
    this.#tables.set(table, entries)
    return entries
  }

  find(table: TableDescription, key: Row): Row[] {
    return [...this.entries(table).values()]
      .map(({ present }) => present)
      .filter((row) => row !== undefined && hasKey(row, key))
      .filter((row) => row !== undefined)
  }

  /** A row that the batch removed cannot come back in it, for it takes others along: that is decided alone. */
  insert(table: TableDescription, row: Row): void {
    const name = nameOf(table, row)
    if (this.entries(table).has(name)) throw new Error(`${table.name} holds the row already`)
    this.entries(table).set(name, { stored: undefined, present: row })
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
      const source: TableDescription = tables[write.of]
      const found = this.find(source, { ...write.key }).filter(meeting(source, write.where, moment))
      const made = found.map((row) => fill(write.row, moment, row))
      for (const row of made) this.insert(tables[write.insertEach], row)
      return { removed: 0, made: write.isQuiet === true ? [] : made }
    }
    if ('insert' in write) this.insert(tables[write.insert], fill(write.row, moment))
    else if ('remove' in write) {
      this.#change(tables[write.remove], { ...write.key }, () => undefined)
    } else {
      const set = { ...write.set }
      this.#change(tables[write.update], { ...write.key }, (row) => ({
        ...row,
        ...fill(set, moment, row),
      }))
    }
    return { removed: 0, made: [] }
  }

  #removeThrough(table: TableDescription, seq: number): void {
    const rows = this.find(table, {}).filter((row) => Number(row['seq']) <= seq)
    for (const row of rows) this.#change(table, keyOf(table, row), () => undefined)
  }

  /** Of the rows loaded because they expired, and of those the batch itself has made or changed since. */
  #removeExpired(table: TableDescription, at: number, atMost: number): number {
    const { column, bound } = pruneBefore(table, at)
    const due = this.find(table, {})
      .filter((row) => Number(row[column]) <= bound)
      .toSorted((one, other) => Number(one[column]) - Number(other[column]))
      .slice(0, atMost)
    for (const row of due) this.#change(table, keyOf(table, row), () => undefined)
    return due.length
  }

  #change(table: TableDescription, key: Row, change: (row: Row) => Row | undefined): void {
    for (const entry of this.entries(table).values()) {
      if (entry.present && hasKey(entry.present, key)) entry.present = change(entry.present)
    }
  }
}

function nameOf(table: TableDescription, row: Row): string {
  return JSON.stringify(Object.values(keyOf(table, row)))
}
