import { maxLiveDelegations } from '../../domain/delegation/delegation.ts'
import { readInteger } from '../read-column.ts'
import { readHead, type RowSource } from './finds.ts'
import { selectLive } from './live-sessions.ts'

/** Sessions delegated from this one and unexpired at `at` (milliseconds); only many are looked at one by one. */
export async function countChildren(
  source: RowSource,
  sid: string,
  at: number,
): Promise<{ unexpired: number; live: number }> {
  const where = 'from sessions where parent_sid = ? and current_exp > ?'
  const values = [sid, Math.floor(at / 1000)]
  const [row] = await source.sql.all(`select count(*) as children ${where}`, values)
  const unexpired = row === undefined ? 0 : readInteger(row, 'children')
  if (unexpired < maxLiveDelegations) return { unexpired, live: unexpired }
  const { notBefore } = await readHead(source)
  const children = { text: `select sid ${where}`, values }
  const { text, values: all } = selectLive(children, { at, notBefore }, { descend: false })
  return { unexpired, live: (await source.sql.all(text, all)).length }
}
