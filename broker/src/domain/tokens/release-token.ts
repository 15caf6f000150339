import { formatDetail } from '@agentwrit/protocol'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { reportEffect } from '../revocation/report-effect.ts'
import { toKept, type Revocation } from '../revocation/revocation.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import { attributionOf } from './attribution.ts'
import { requireKept } from './require-kept.ts'

/**
 * The holder gives its session back (contract 4.5): an entry that ends it, committed before the answer. Releasing
 * what is over already is done already.
 */
export async function releaseToken(context: Context, caller: Caller): Promise<void> {
  const { claims, origin } = caller
  const { revocations } = context.live
  // Such an entry is committed and final; asking the store again would only let repeats get in the way of others.
  if (revocations.reasonOver(claims) !== undefined) return
  const entry = releaseEntry(context, caller)
  const released = withOrigin(origin, {
    event_type: 'token_released',
    actor: claims.sub,
    outcome: 'success',
    jti: claims.jti,
    detail: formatDetail('token released', { jti: claims.jti }),
    ...attributionOf(claims),
  })
  const presented = presentedBy(caller)
  const outcome = await context.store.sessions.release(entry, [released], presented)
  if (outcome.kept) {
    const kept = toKept(entry, outcome)
    revocations.add(kept)
    const concerned = { jti: claims.jti, ...attributionOf(claims) }
    await reportEffect(context, { entries: [kept], concerned, origin })
  } else if (outcome.guard !== 'session_over') {
    requireKept(context, outcome, caller)
  }
}

function releaseEntry({ clock, random }: Context, { claims, sid }: Caller): Revocation {
  return {
    id: timeOrderedId(clock, random),
    level: 'token',
    target: claims.jti,
    sid,
    released: true,
    reason: 'released',
    actor: claims.sub,
  }
}
