// How a table is described, once for both engines. Columns hold text or whole numbers, nothing else, so that a row is
// the same plain data in SQLite, in PostgreSQL, under the MAC and between threads. Flags are 0 and 1, lists are JSON.

/** Two kinds of whole number are instants: the unit is part of the type, because tokens count seconds and rows do not. */
export type ColumnType = 'text' | 'integer' | 'seconds' | 'milliseconds'

export interface TableDescription {
  readonly name: string
  readonly columns: Readonly<Record<string, ColumnType>>
  /** Primary key. */
  readonly key: readonly string[]
  /** Rows carry a MAC in a further column `mac`; one that fails counts as absent. */
  readonly mac: boolean
  /** The row is worthless from this instant on, and pruned ten minutes later. */
  readonly expiry?: string
  /** Milliseconds that it stays readable after that. */
  readonly afterlife?: number
  /** Rows of another table that go with the expired one (a foreign key), found by this column of both. */
  readonly takesAlong?: { readonly table: string; readonly by: string }
}

export type Value = string | number | null
export type Row = Readonly<Record<string, Value>>

/** Columns as they stand in the database, in a fixed order. */
export function storedColumns(table: TableDescription): string[] {
  return table.mac ? [...Object.keys(table.columns), 'mac'] : Object.keys(table.columns)
}

/** Whether all the columns named in `key` hold these values. */
export function hasKey(row: Row, key: Row): boolean {
  return Object.entries(key).every(([column, value]) => row[column] === value)
}

/** The row's primary key. */
export function keyOf(table: TableDescription, row: Row): Row {
  return Object.fromEntries(table.key.map((column) => [column, row[column] ?? null]))
}

/** The expiry column's bound for rows that can go at `at` (milliseconds): worthless, and unread, for ten minutes. */
export function pruneBefore(
  table: TableDescription,
  at: number,
): { column: string; bound: number } {
  const column = table.expiry
  if (column === undefined) throw new TypeError(`rows of ${table.name} do not expire`)
  const bound = at - 10 * 60 * 1000 - (table.afterlife ?? 0)
  return { column, bound: table.columns[column] === 'seconds' ? Math.floor(bound / 1000) : bound }
}
