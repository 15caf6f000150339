import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { renewalRefused } from './renewal-refused.ts'
import type { Session } from './session.ts'

/**
 * The session that the presented token was delegated from, if it was: a delegated one is renewed only while that lives
 * (contract 2.5). It is named by the token's signed record, so nobody who writes to the database can put another in its
 * place.
 */
export async function requireDelegator(
  { store, clock, keys }: Context,
  caller: Caller,
): Promise<Session | undefined> {
  const record = caller.claims.delegation_chain?.at(-1)
  if (record === undefined) return undefined
  const session = await store.sessions.find(record.parent_sid)
  const now = clock()
  // Whether an entry ends it has been asked of the presented token: it is of its lineage.
  const isLive =
    session !== undefined &&
    session.currentExp * 1000 > now &&
    session.endsAt > now &&
    keys.accepts(session.kid)
  if (!isLive) throw renewalRefused(caller, 'delegator_over')
  return session
}
