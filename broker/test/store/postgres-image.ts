import type { Write } from '../../src/store/change.ts'
import { fill } from '../../src/store/fill.ts'
import type { Moment } from '../../src/store/moment.ts'
import { hasKey, keyOf, type Row, type TableDescription } from '../../src/store/table.ts'
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
  /** Rows to be removed because they expired, oldest first. */
  readonly #expired = new Map<TableDescription, Row[]>()

  load(table: TableDescription, rows: readonly Row[]): void {
    for (const row of rows) {
      const entries = this.entries(table)
      const name = nameOf(table, row)
      if (!entries.has(name)) entries.set(name, { stored: row, present: row })
    }
  }

  loadExpired(table: TableDescription, rows: readonly Row[]): void {
    this.#expired.set(table, [...rows])
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

  insert(table: TableDescription, row: Row): void {
    const name = nameOf(table, row)
    const known = this.entries(table).get(name)
    if (known?.present !== undefined) throw new Error(`${table.name} holds the row already`)
    this.entries(table).set(name, { stored: known?.stored, present: row })
  }

  /** One write; how many expired rows it removed. */
  write(write: Write, moment: Moment): number {
    if ('insert' in write) {
      this.insert(tables[write.insert], fill(write.row, moment))
      return 0
    }
    if ('removeExpired' in write) {
      const table = tables[write.removeExpired]
      const due = this.#expired.get(table)?.splice(0, write.atMost) ?? []
      this.load(table, due)
      for (const row of due) this.#change(table, keyOf(table, row), () => undefined)
      return due.length
    }
    if ('remove' in write) {
      this.#change(tables[write.remove], { ...write.key }, () => undefined)
      return 0
    }
    const set = { ...write.set }
    this.#change(tables[write.update], { ...write.key }, (row) => ({
      ...row,
      ...fill(set, moment, row),
    }))
    return 0
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
