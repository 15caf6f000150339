import { tables } from '../../src/store/tables.ts'
import type { TestStore } from './store-place.ts'

/** How many rows each table holds. */
export async function countRows({ sql }: TestStore): Promise<object> {
  const counts = Object.values(tables).map(
    ({ name }) => `(select count(*) from ${name}) as ${name}_rows`,
  )
  const [row] = await sql.all(`select ${counts.join(', ')}`)
  return { ...row }
}
