import { formatDetail, type TokenResponse } from '@agentwrit/protocol'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { attributionOf } from './attribution.ts'
import { isStillLive } from './check-token.ts'
import { hashBody, isKeyOf, repeatableFor, type Renewal, type WantedRenewal } from './renewal.ts'
import { renewalRefused } from './renewal-refused.ts'

/**
 * The answer to a renewal was lost, or its double lost the race: the same successor once more, to the last byte. That the
 * successor is live, and that it is not too late, is guarded in the change that writes the event.
 */
export async function repeatRenewal(
  context: Context,
  caller: Caller,
  wanted: WantedRenewal,
): Promise<TokenResponse> {
  const { idempotencyKey } = wanted
  if (idempotencyKey === undefined) throw renewalRefused(caller, 'session_not_current')
  const renewal = await context.store.sessions.findRenewal(caller.claims.jti)
  if (renewal === undefined || !isRepeatable(context, renewal, idempotencyKey)) {
    throw renewalRefused(caller, 'session_not_current')
  }
  const { claims, bodyHash } = renewal.repeatable
  if (bodyHash !== hashBody(wanted)) {
    throw renewalRefused(caller, 'idempotency_key_reused', { code: 'conflict' })
  }
  const token = context.keys.signAgain(claims, renewal.kid)
  if (token === undefined) throw renewalRefused(caller, 'key_not_accepted')
  await keepRepeat(context, caller, renewal)
  return { access_token: token, expires_in: claims.exp - claims.iat }
}

/** Whether a repeat with this key is in time, as far as this moment can tell. */
export function isRepeatable(
  context: Context,
  renewal: Renewal,
  idempotencyKey: string | undefined,
): renewal is Required<Renewal> {
  const { renewedAt, repeatable } = renewal
  return (
    repeatable !== undefined &&
    isKeyOf(renewal, idempotencyKey) &&
    context.clock() < renewedAt + repeatableFor &&
    isStillLive(context, { claims: repeatable.claims, kid: renewal.kid })
  )
}

async function keepRepeat(
  { store }: Context,
  caller: Caller,
  { repeatable, kid, newJti, renewedAt }: Required<Renewal>,
): Promise<void> {
  const { claims, origin } = caller
  const successor = presentedBy({ ...caller, claims: repeatable.claims, kid })
  const outcome = await store.sessions.repeatRenewal(
    {
      successor,
      apps: successor.lineage.apps.map((appId) => ({ appId })),
      before: renewedAt + repeatableFor,
    },
    [
      withOrigin(origin, {
        event_type: 'token_renewal_repeated',
        actor: claims.sub,
        outcome: 'success',
        jti: claims.jti,
        relates_to: newJti,
        detail: formatDetail('renewal repeated', { successor: newJti }),
        ...attributionOf(claims),
      }),
    ],
  )
  if (!outcome.kept) throw renewalRefused(caller, outcome.guard)
}
