import { formatDetail, hasAudience, parseAgentId, type Claims } from '@agentwrit/protocol'
import type { Origin } from '../audit/refusal.ts'
import { refusalOfBearer } from '../audit/refusal-of-bearer.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import { checkToken, type Pace, type TokenState } from '../tokens/check-token.ts'
import { deadTokenFault, deadTokenRefusal, genericDetail } from '../tokens/dead-token.ts'
import { refuseSuperseded } from '../tokens/refuse-superseded.ts'
import { unknownSession } from '../tokens/unknown-session.ts'
import type { Caller } from './caller.ts'

const SCHEME = 'Bearer '

/** What a request shows of itself, and whether its token may wait its turn to be verified. */
export interface Presented {
  readonly authorization: string | undefined
  readonly origin: Origin
  readonly pace: Pace
  /** The header of this name, as it came. */
  readonly idempotencyKey?: string | undefined
}

/** Who presents a live token; everybody else gets 401 (RFC 6750). The refusal is audited before it is answered. */
export async function authenticateBearer(context: Context, presented: Presented): Promise<Caller> {
  const { origin } = presented
  const checked = await checkBearer(context, presented)
  if (checked.state === 'dead') throw deadTokenFault(checked.claims, checked.reason, origin)
  return toCaller(checked, origin)
}

/**
 * For release alone: a token that is dead but unexpired may still end its session (contract 4.5). Showing a revoked
 * one is audited all the same.
 */
export async function authenticateForRelease(
  context: Context,
  presented: Presented,
): Promise<Caller> {
  const { origin } = presented
  const checked = await checkBearer(context, presented)
  if (checked.state === 'dead' && checked.reason === 'revoked') {
    const refusal = deadTokenRefusal(checked.claims, checked.reason, origin)
    await context.live.refusals.record(origin, refusal)
  }
  return toCaller(checked, origin)
}

/** For renewal alone: a superseded token may repeat the renewal that superseded it (contract 4.4). */
export async function authenticateForRenewal(
  context: Context,
  presented: Presented,
): Promise<Caller> {
  const { origin, idempotencyKey } = presented
  const checked = await checkBearer(context, presented)
  if (checked.state === 'live') return toCaller(checked, origin)
  // Released counts too: a thief who renews and then releases must not hide what he launched in between.
  if (checked.reason === 'revoked') throw deadTokenFault(checked.claims, checked.reason, origin)
  const caller = toCaller(checked, origin)
  await refuseSuperseded(context, caller, idempotencyKey)
  return caller
}

type Verified = Extract<TokenState, { state: 'live' | 'dead' }>

async function checkBearer(
  context: Context,
  { authorization, origin, pace }: Presented,
): Promise<Verified> {
  if (authorization === undefined) throw invalidBearer(origin, 'missing')
  if (!authorization.startsWith(SCHEME)) throw invalidBearer(origin, 'malformed')
  const checked = await checkToken(context, authorization.slice(SCHEME.length), pace)
  if (checked.state === 'invalid') throw invalidBearer(origin, checked.reason, checked.claims)
  if (!hasAudience(checked.claims, context.config.audience)) {
    throw unfitToken(origin, 'wrong_audience', checked.claims)
  }
  return checked
}

function toCaller({ claims, kid }: Verified, origin: Origin): Caller {
  const kind = kindOf(claims.sub)
  if (kind === undefined) throw unfitToken(origin, 'unknown_kind_of_subject', claims)
  if (claims.sid === undefined) throw unfitToken(origin, 'without_session', claims)
  return { kind, claims, sid: claims.sid, kid, origin }
}

function kindOf(subject: string): Caller['kind'] | undefined {
  if (subject === 'admin') return 'admin'
  if (subject.startsWith('operator:')) return 'operator'
  if (subject.startsWith('app:')) return 'app'
  return parseAgentId(subject) === undefined ? undefined : 'agent'
}

/** Nothing the token says is proven, so the event names nobody, and repeats are grouped by their source. */
function invalidBearer(origin: Origin, reason: string, claims?: Claims): Fault {
  if (reason === 'unknown_session') {
    return new Fault('unauthorized', genericDetail, { refusal: unknownSession(origin, claims) })
  }
  return new Fault('unauthorized', genericDetail, {
    refusal: {
      event: {
        event_type: 'token_auth_failed',
        actor: 'anonymous',
        outcome: 'denied',
        resource: origin.route,
        detail: formatDetail('bearer refused', { reason }),
      },
    },
  })
}

/** One of our own tokens, in the wrong place. */
function unfitToken(origin: Origin, reason: string, claims: Claims): Fault {
  const detail = formatDetail('bearer refused', { reason })
  const refused = { event_type: 'token_auth_failed', detail, resource: origin.route } as const
  return new Fault('unauthorized', genericDetail, { refusal: refusalOfBearer(claims, refused) })
}
