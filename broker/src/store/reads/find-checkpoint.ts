import type { Checkpoint } from '@agentwrit/protocol'
import { checkpoints, parseCheckpoint } from '../tables/checkpoints.ts'
import type { RowSource } from './finds.ts'
import { readAsStored } from './read-as-stored.ts'

/** The newest one over an event not behind this one; none when somebody has put another row in its place. */
export async function findNewestCheckpoint(
  source: RowSource,
  atMost: number,
): Promise<Checkpoint | undefined> {
  const tail = 'where seq <= ? order by seq desc limit 1'
  const [row] = await readAsStored(source, checkpoints, { tail, values: [atMost] })
  return row && parseCheckpoint(row)
}
