import { equals, insertInto, selectFrom } from './sql.ts'
import type { TableDescription } from './table.ts'

/** The SQL for single rows, kept: writing it anew for every row, and finding its statement by it, shows in the load. */
export class RowSql {
  readonly #inserts = new Map<TableDescription, string>()
  readonly #selects = new Map<TableDescription, Map<string, string>>()

  insert(table: TableDescription): string {
    return remember(this.#inserts, table, () => insertInto(table))
  }

  /** The rows that hold given values in these columns. */
  select(table: TableDescription, columns: readonly string[]): string {
    const ofTable = remember(this.#selects, table, () => new Map<string, string>())
    return remember(ofTable, columns.join(), () => `${selectFrom(table)} where ${equals(columns)}`)
  }
}

function remember<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}
