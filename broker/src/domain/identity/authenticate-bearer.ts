import { formatDetail, hasAudience, type Claims } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { Origin, Refusal } from '../audit/refusal.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { DeathReason } from '../revocation/revocation-index.ts'
import { attributionOf } from '../tokens/attribution.ts'
import { checkToken, type TokenState } from '../tokens/check-token.ts'
import type { Caller } from './caller.ts'

/** One sentence for every cause: which check failed is nobody's business (contract 1.5, rows 3 and 4). */
const GENERIC_DETAIL = 'the bearer token is invalid or expired'

const SCHEME = 'Bearer '

/** Who presents a live token; everybody else gets 401 (RFC 6750). The refusal is audited before it is answered. */
export async function authenticateBearer(
  context: Context,
  authorization: string | undefined,
  origin: Origin,
): Promise<Caller> {
  const checked = await checkBearer(context, authorization, origin)
  if (checked.state === 'dead') {
    throw new Fault('unauthorized', GENERIC_DETAIL, {
      refusal: revokedAccess(origin, checked.claims, checked.reason),
    })
  }
  return toCaller(checked.claims, origin)
}

/**
 * For release alone: a token that is dead but unexpired may still end its session (contract 4.5). Showing a revoked
 * one is audited all the same.
 */
export async function authenticateForRelease(
  context: Context,
  authorization: string | undefined,
  origin: Origin,
): Promise<Caller> {
  const checked = await checkBearer(context, authorization, origin)
  if (checked.state === 'dead' && checked.reason === 'revoked') {
    await context.live.refusals.record(
      origin,
      revokedAccess(origin, checked.claims, checked.reason),
    )
  }
  return toCaller(checked.claims, origin)
}

type Verified = Extract<TokenState, { state: 'live' | 'dead' }>

async function checkBearer(
  context: Context,
  authorization: string | undefined,
  origin: Origin,
): Promise<Verified> {
  if (authorization === undefined) throw refused(origin, 'missing')
  if (!authorization.startsWith(SCHEME)) throw refused(origin, 'malformed')
  const pace = origin.route.startsWith('/v1/admin/') ? 'at once' : 'queued'
  const checked = await checkToken(context, authorization.slice(SCHEME.length), pace)
  if (checked.state === 'invalid') throw refused(origin, checked.reason, checked.claims)
  if (checked.state === 'live' && checked.sessionless) {
    throw refused(origin, 'without_session', checked.claims)
  }
  if (!hasAudience(checked.claims, context.config.audience)) {
    throw refused(origin, 'wrong_audience', checked.claims)
  }
  return checked
}

function toCaller(claims: Claims, origin: Origin): Caller {
  return { kind: kindOf(claims.sub), claims, origin }
}

function kindOf(subject: string): Caller['kind'] {
  if (subject === 'admin') return 'admin'
  if (subject.startsWith('operator:')) return 'operator'
  return subject.startsWith('app:') ? 'app' : 'agent'
}

function refused(origin: Origin, reason: string, claims?: Claims): Fault {
  const event: Omit<NewAuditEvent, 'request_id' | 'source_ip'> = {
    event_type: 'token_auth_failed',
    actor: claims?.sub ?? 'anonymous',
    outcome: 'denied',
    resource: origin.route,
    detail: formatDetail('bearer refused', { reason }),
    ...(claims === undefined ? {} : { ...attributionOf(claims), jti: claims.jti }),
  }
  const refusal = claims === undefined ? { event } : { event, verifiedJti: claims.jti }
  return new Fault('unauthorized', GENERIC_DETAIL, { refusal })
}

function revokedAccess(origin: Origin, claims: Claims, reason: DeathReason): Refusal {
  return {
    verifiedJti: claims.jti,
    event: {
      event_type: 'token_revoked_access',
      actor: claims.sub,
      outcome: 'denied',
      resource: origin.route,
      jti: claims.jti,
      detail: formatDetail('dead token presented', { reason }),
      ...attributionOf(claims),
    },
  }
}
