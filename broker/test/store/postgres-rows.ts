import { types as typesOfPg, type Client } from 'pg'
import type { RowMac } from '../../src/store/row-mac.ts'
import { selectFrom, type Sql } from '../../src/store/sql.ts'
import {
  keyOf,
  pruneBefore,
  storedColumns,
  type Row,
  type TableDescription,
  type Value,
} from '../../src/store/table.ts'
import { tables } from '../../src/store/tables.ts'
import type { PostgresImage } from './postgres-image.ts'

const bigint = 20

/** Whole numbers come as numbers: ours stay below 2^53. */
export const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === bigint ? Number : typesOfPg.getTypeParser(oid, format),
}

/** The store's own `Sql` on a connection. */
export function toSql(client: Client): Sql {
  const query = async (text: string, values: readonly Value[] = []) => {
    let place = 0
    const numbered = text.replaceAll('?', () => {
      place += 1
      return `$${place}`
    })
    return client.query<Record<string, Value>>(numbered, [...values])
  }
  return {
    all: async (text, values) => (await query(text, values)).rows,
    run: async (text, values) => void (await query(text, values)),
  }
}

/** Sets of rows, one statement for each. */
export class PostgresRows {
  readonly #client: Client
  readonly #mac: RowMac

  constructor(client: Client, mac: RowMac) {
    this.#client = client
    this.#mac = mac
  }

  /** The rows under any of the keys, which all name the same columns. */
  async find(table: TableDescription, keys: readonly Row[], lock = ''): Promise<Row[]> {
    const columns = Object.keys(keys[0] ?? {})
    const text = `${selectFrom(table)} where (${columns.join(', ')}) in (select * from ${unnest(table, columns)}) ${lock}`
    return this.#open(table, text, toArrays(columns, keys))
  }

  async findExpired(table: TableDescription, at: number, atMost: number): Promise<Row[]> {
    const { column, bound } = pruneBefore(table, at)
    const text = `${selectFrom(table)} where ${column} <= $1 order by ${column} limit $2`
    return this.#open(table, text, [bound, atMost])
  }

  async findThrough(table: TableDescription, seq: number): Promise<Row[]> {
    return this.#open(table, `${selectFrom(table)} where seq <= $1`, [seq])
  }

  /** Writes what the batch made of the image. */
  async flush(image: PostgresImage): Promise<void> {
    // Sessions first, because the rows of their tokens refer to them.
    for (const table of [tables.sessions, ...Object.values(tables)]) {
      const entries = [...image.entries(table).values()].filter(
        ({ stored, present }) => stored !== present,
      )
      const gone = entries.filter(({ present }) => !present).map(({ stored }) => stored)
      const fresh = entries.filter(({ stored }) => !stored).map(({ present }) => present)
      const changed = entries.filter(({ stored }) => stored).map(({ present }) => present)
      await this.#insert(table, fresh.filter(isRow))
      await this.#update(table, changed.filter(isRow))
      await this.#remove(table, gone.filter(isRow))
      image.entries(table).clear()
    }
  }

  async #insert(table: TableDescription, rows: readonly Row[]): Promise<void> {
    const columns = storedColumns(table)
    const text = `insert into ${table.name} (${columns.join(', ')}) select * from ${unnest(table, columns)}`
    await this.#write(text, columns, this.#seal(table, rows))
  }

  async #update(table: TableDescription, rows: readonly Row[]): Promise<void> {
    const columns = storedColumns(table)
    const set = columns.map((column) => `${column} = fresh.${column}`).join(', ')
    const same = table.key.map((column) => `old.${column} = fresh.${column}`).join(' and ')
    const text = `update ${table.name} as old set ${set} from ${unnest(table, columns)} as fresh (${columns.join(', ')}) where ${same}`
    await this.#write(text, columns, this.#seal(table, rows))
  }

  async #remove(table: TableDescription, rows: readonly Row[]): Promise<void> {
    const text = `delete from ${table.name} where (${table.key.join(', ')}) in (select * from ${unnest(table, table.key)})`
    const keys = rows.map((row) => keyOf(table, row))
    await this.#write(text, table.key, keys)
  }

  async #write(text: string, columns: readonly string[], rows: readonly Row[]): Promise<void> {
    if (rows.length > 0) await this.#client.query(text, toArrays(columns, rows))
  }

  async #open(table: TableDescription, text: string, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.#client.query<Record<string, Value>>(text, values)
    return rows.map((row) => this.#mac.open(table, row)).filter((row) => row !== undefined)
  }

  #seal(table: TableDescription, rows: readonly Row[]): Row[] {
    return rows.map((row) => this.#mac.seal(table, row))
  }
}

function isRow(row: Row | undefined): row is Row {
  return row !== undefined
}

/** `unnest($1::text[], $2::bigint[])`, one array for each column. */
function unnest(table: TableDescription, columns: readonly string[]): string {
  const arrays = columns.map((column, index) => {
    const type = table.columns[column] ?? 'text'
    return `$${index + 1}::${type === 'text' ? 'text' : 'bigint'}[]`
  })
  return `unnest(${arrays.join(', ')})`
}

function toArrays(columns: readonly string[], rows: readonly Row[]): Value[][] {
  return columns.map((column) => rows.map((row) => row[column] ?? null))
}
