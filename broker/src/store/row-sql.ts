import { equals, insertInto, selectFrom } from './sql.ts'
import type { TableDescription } from './table.ts'

/** The SQL for single rows, kept: writing it anew for every row, and finding its statement by it, shows in the load. */
export class RowSql {
  readonly #inserts = new Map<TableDescription, string>()
  readonly #queries = new Map<TableDescription, Map<string, string>>()

  insert(table: TableDescription): string {
    return remember(this.#inserts, table, () => insertInto(table))
  }

  /** The rows that hold given values in these columns; `bounds`: further conditions, such as `exp > ?`. */
  select(table: TableDescription, columns: readonly string[], bounds = ''): string {
    return this.#queryOf(table, `select ${columns.join()} ${bounds}`, () =>
      withBounds(`${selectFrom(table)} where ${equals(columns)}`, bounds),
    )
  }

  /** How many these are. */
  count(table: TableDescription, columns: readonly string[], bounds: string): string {
    return this.#queryOf(table, `count ${columns.join()} ${bounds}`, () =>
      withBounds(`select count(*) as found from ${table.name} where ${equals(columns)}`, bounds),
    )
  }

  #queryOf(table: TableDescription, name: string, make: () => string): string {
    const ofTable = remember(this.#queries, table, () => new Map<string, string>())
    return remember(ofTable, name, make)
  }
}

function withBounds(query: string, bounds: string): string {
  return bounds === '' ? query : `${query} and ${bounds}`
}

function remember<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}
