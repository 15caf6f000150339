import type { RevocationLevel } from '@agentwrit/protocol'
import type { KeptRevocation } from '../../domain/revocation/revocation.ts'
import { selectFrom } from '../sql.ts'
import { revocations, toRevocation } from '../tables/revocations.ts'
import { readRows, type RowSource } from './finds.ts'

export async function findRevocation(
  source: RowSource,
  id: string,
): Promise<KeptRevocation | undefined> {
  const [row] = await readRows(source, revocations, `${selectFrom(revocations)} where id = ?`, [id])
  return row && toRevocation(row)
}

/** There is at most one, see the change that makes it. */
export async function findStandingRevocation(
  source: RowSource,
  level: RevocationLevel,
  target: string,
): Promise<KeptRevocation | undefined> {
  const text = `${selectFrom(revocations)} where target = ? and level = ?
    and released = 0 and part_of is null and lifted_at is null order by seq limit 1`
  const [row] = await readRows(source, revocations, text, [target, level])
  return row && toRevocation(row)
}

/** Whether anything was ever delegated from the session, as far as it is kept. */
export async function hasChildren({ sql }: RowSource, sid: string): Promise<boolean> {
  const rows = await sql.all('select sid from sessions where parent_sid = ? limit 1', [sid])
  return rows.length > 0
}
