import type { Checkpoint } from '@agentwrit/protocol'
import { selectFrom } from '../sql.ts'
import { checkpoints, parseCheckpoint } from '../tables/checkpoints.ts'
import { readRows, type RowSource } from './finds.ts'

/** The newest one over an event not behind this one; none when somebody has put another row in its place. */
export async function findNewestCheckpoint(
  source: RowSource,
  atMost: number,
): Promise<Checkpoint | undefined> {
  const text = `${selectFrom(checkpoints)} where seq <= ? order by seq desc limit 1`
  const [row] = await readRows(source, checkpoints, text, [atMost])
  return row && parseCheckpoint(row)
}
