import type { RowSource } from './finds.ts'
import type { Row, TableDescription, Value } from '../table.ts'

export interface PageQuery {
  readonly table: TableDescription
  readonly limit: number
  /** The query for at most `limit` rows, behind this stored row if there is one. */
  readonly select: (after: Row | undefined) => {
    readonly text: string
    readonly values: readonly Value[]
  }
}

/** A page of rows. Those with a bad MAC are left out before the page is counted, so that none ends it early. */
export async function readPage(
  { sql, mac }: RowSource,
  { table, limit, select }: PageQuery,
): Promise<Row[]> {
  const rows: Row[] = []
  let after: Row | undefined
  for (let isMore = true; isMore && rows.length < limit;) {
    const { text, values } = select(after)
    const stored = await sql.all(text, values)
    rows.push(...stored.map((row) => mac.open(table, row)).filter((row) => row !== undefined))
    after = stored.at(-1)
    isMore = stored.length === limit
  }
  return rows.slice(0, limit)
}
