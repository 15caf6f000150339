import { readInteger } from '../read-column.ts'
import type { RowSource } from './finds.ts'

/** Whether an unexpired session has had a token of this key. Its delegations need no look: they never outlive it. */
export async function isSigningKeyInUse(
  { sql }: RowSource,
  { kid, at }: { kid: string; at: number },
): Promise<boolean> {
  const rows = await sql.all(
    `select sid from sessions where current_exp > ? and ends_at > ?
       and exists (select 1 from tokens where tokens.sid = sessions.sid and kid = ?) limit 1`,
    [Math.floor(at / 1000), at, kid],
  )
  return rows.length > 0
}

/** The latest end of an unexpired session, milliseconds; 0 without any. */
export async function findLastSessionEnd(
  { sql }: RowSource,
  { at }: { at: number },
): Promise<number> {
  const [row] = await sql.all(
    'select coalesce(max(ends_at), 0) as last_end from sessions where current_exp > ?',
    [Math.floor(at / 1000)],
  )
  return row === undefined ? 0 : readInteger(row, 'last_end')
}
