import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import type { KeptChange, Outcome } from '../outcome.ts'
import { deadTokenFault } from './dead-token.ts'

/**
 * A change under a bearer guards that bearer in its own transaction. If it died between its check and the change, the
 * answer is that of the check: 401, as if it had been dead on arrival.
 */
export function requireKept<Result extends Outcome<string>>(
  { live }: Context,
  outcome: Result,
  caller: Caller,
): asserts outcome is Result & KeptChange {
  if (outcome.kept) return
  const { claims, origin } = caller
  const died = outcome.guard === 'session_not_current' ? 'superseded' : 'revoked'
  throw deadTokenFault(claims, live.revocations.reasonDead(claims) ?? died, origin)
}
