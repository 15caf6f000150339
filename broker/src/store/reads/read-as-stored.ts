import { selectFrom } from '../sql.ts'
import type { Row, TableDescription, Value } from '../table.ts'
import type { RowSource } from './finds.ts'

/** No number of ours is higher; a row beyond it is found by `readAuditExtent` alone. */
export const highestSeq = Number.MAX_SAFE_INTEGER

/** Continues `select ... from <table>`. */
export interface StoredQuery {
  readonly tail: string
  readonly values: readonly Value[]
}

/**
 * Numbered rows whatever somebody has put into them. One that holds what no column of ours can (bytes, a number too large)
 * is its number alone: nothing proves it, and the rows around it can still be read.
 */
export async function readAsStored(
  { sql }: RowSource,
  table: TableDescription,
  { tail, values }: StoredQuery,
): Promise<Row[]> {
  try {
    return await sql.all(`${selectFrom(table)} ${tail}`, values)
  } catch (error) {
    if (!isForeign(error)) throw error
  }
  const rows: Row[] = []
  for (const { seq = null } of await sql.all(`select seq from ${table.name} ${tail}`, values)) {
    try {
      rows.push(...(await sql.all(`${selectFrom(table)} where seq = ?`, [seq])))
    } catch (error) {
      if (!isForeign(error)) throw error
      rows.push({ seq })
    }
  }
  return rows
}

/** What a value that cannot be read is told by; a database that does not answer is another error. */
function isForeign(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError
}
