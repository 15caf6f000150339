import { formatDetail } from '@agentwrit/protocol'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { reportEffect } from '../revocation/report-effect.ts'
import { toKept, type Revocation } from '../revocation/revocation.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import { attributionOf } from './attribution.ts'
import { deadTokenFault, genericDetail } from './dead-token.ts'
import { isKeyOf, reuseAfter, type Renewal } from './renewal.ts'
import { isRepeatable } from './repeat-renewal.ts'

/**
 * A superseded token that wants to be renewed gets no further, unless it repeats its own renewal. Shown late and without
 * the key, it is held by somebody who does not know of the renewal: one of the two has stolen it, so both lose the
 * session (RFC 9700, section 4.14.2).
 */
export async function refuseSuperseded(
  context: Context,
  caller: Caller,
  idempotencyKey: string | undefined,
): Promise<void> {
  const { claims, origin } = caller
  const renewal = await context.store.sessions.findRenewal(claims.jti)
  if (renewal !== undefined) {
    if (isRepeatable(context, renewal, idempotencyKey)) return
    if (!isKeyOf(renewal, idempotencyKey)) await endIfReused(context, caller, renewal)
  }
  throw deadTokenFault(claims, context.live.revocations.reasonDead(claims) ?? 'superseded', origin)
}

/** The store's clock has the last word: within the time of grace nothing but the refusal happens. */
async function endIfReused(context: Context, caller: Caller, renewal: Renewal): Promise<void> {
  const { live, store, clock } = context
  const after = renewal.renewedAt + reuseAfter
  if (clock() <= after) return
  const entry = reuseEntry(context, caller)
  const outcome = await store.sessions.endReused(entry, after, [reuseDetected(caller, renewal)])
  if (!outcome.kept) return
  const kept = toKept(entry, outcome)
  live.revocations.add(kept)
  const concerned = { jti: caller.claims.jti, ...attributionOf(caller.claims) }
  await reportEffect(context, { entries: [kept], concerned, origin: caller.origin })
  // Audited with its entry; to whoever asks it looks like any other dead token.
  throw new Fault('unauthorized', genericDetail)
}

function reuseEntry({ clock, random }: Context, { claims, sid }: Caller): Revocation {
  return {
    id: timeOrderedId(clock, random),
    level: 'token',
    target: claims.jti,
    sid,
    released: false,
    reason: 'superseded token used again',
    actor: 'system',
  }
}

function reuseDetected({ claims, origin }: Caller, { newJti, renewedAt }: Renewal) {
  const renewed_at = new Date(renewedAt).toISOString()
  return withOrigin(origin, {
    event_type: 'token_reuse_detected',
    actor: 'system',
    outcome: 'denied',
    resource: origin.route,
    jti: claims.jti,
    relates_to: newJti,
    detail: formatDetail('superseded token used again', { successor: newJti, renewed_at }),
    ...attributionOf(claims),
  })
}
