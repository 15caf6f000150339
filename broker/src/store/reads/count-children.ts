import { readInteger } from '../read-column.ts'
import type { Value } from '../table.ts'
import type { ChildCount } from '../../domain/delegation/delegation.ts'
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

/** The same, and how many of them live: each is looked at. In one statement, so that both tell of the same instant. */
export async function countChildren(
  source: RowSource,
  { sid, at }: { readonly sid: string; readonly at: number },
): Promise<ChildCount> {
  const { notBefore } = await readHead(source)
  const named: readonly Value[] = [sid, Math.floor(at / 1000)]
  const children = { text: `select sid ${unexpired}`, values: named }
  const live = selectLive(children, { at, notBefore }, { descend: false })
  const text = `select (select count(*) ${unexpired}) as unexpired, (select count(*) from (${live.text}) as alive) as live`
  const [row = {}] = await source.sql.all(text, [...named, ...live.values])
  return { unexpired: readInteger(row, 'unexpired'), live: readInteger(row, 'live') }
}
