import type { Row, TableDescription, Value } from './table.ts'
import { storedColumns } from './table.ts'

/** All the SQL that reads and migrations need, the same for both engines: `?` stands for a value. */
export interface Sql {
  all(text: string, values?: readonly Value[]): Promise<Row[]>
  run(text: string, values?: readonly Value[]): Promise<void>
}

/** `select <every stored column> from <table>`. */
export function selectFrom(table: TableDescription): string {
  return `select ${storedColumns(table).join(', ')} from ${table.name}`
}

/** `insert into <table> (...) values (?, ...)`, for the stored columns in order. */
export function insertInto(table: TableDescription): string {
  const columns = storedColumns(table)
  return `insert into ${table.name} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`
}

/** `a = ? and b = ?`. */
export function equals(columns: readonly string[]): string {
  return columns.map((column) => `${column} = ?`).join(' and ')
}

/** A stored row's values in the order of its stored columns. */
export function storedValues(table: TableDescription, stored: Row): Value[] {
  return storedColumns(table).map((column) => stored[column] ?? null)
}
