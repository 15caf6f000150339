import { readInteger } from '../read-column.ts'
import { readHead, type RowSource } from './finds.ts'
import { selectLive } from './live-sessions.ts'

const unexpired = 'from sessions where parent_sid = ? and current_exp > ?'

/** Sessions delegated from this one and unexpired at `at` (milliseconds), the dead among them too. */
export async function countUnexpiredChildren(
  { sql }: RowSource,
  sid: string,
  at: number,
): Promise<number> {
  const values = [sid, Math.floor(at / 1000)]
  const [row] = await sql.all(`select count(*) as children ${unexpired}`, values)
  return row === undefined ? 0 : readInteger(row, 'children')
}

/** How many of these live: each is looked at. */
export async function countLiveChildren(
  source: RowSource,
  { sid, at }: { readonly sid: string; readonly at: number },
): Promise<number> {
  const { notBefore } = await readHead(source)
  const children = { text: `select sid ${unexpired}`, values: [sid, Math.floor(at / 1000)] }
  const { text, values } = selectLive(children, { at, notBefore }, { descend: false })
  return (await source.sql.all(text, values)).length
}
