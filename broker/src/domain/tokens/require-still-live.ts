import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { isStillLive } from './check-token.ts'
import { deadTokenFault } from './dead-token.ts'

/** Law 4, where nothing was written that would have guarded the bearer: whoever died meanwhile is not answered. */
export function requireStillLive(context: Context, caller: Caller): void {
  if (isStillLive(context, caller)) return
  const { claims, origin } = caller
  throw deadTokenFault(claims, context.live.revocations.reasonDead(claims) ?? 'revoked', origin)
}
