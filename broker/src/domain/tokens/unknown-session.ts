import { formatDetail, type Claims } from '@agentwrit/protocol'
import type { Origin, Refusal } from '../audit/refusal.ts'
import type { Context } from '../context.ts'

/**
 * A well-signed token of no session we know: somebody may hold a signing key. It is the one refusal that introspection
 * audits too.
 */
export function recordUnknownSession(
  context: Context,
  origin: Origin,
  claims: Claims | undefined,
): Promise<void> {
  return context.live.refusals.record(origin, unknownSession(origin, claims))
}

function unknownSession(origin: Origin, claims: Claims | undefined): Refusal {
  return {
    event: {
      event_type: 'token_auth_failed',
      actor: 'anonymous',
      outcome: 'denied',
      resource: origin.route,
      detail: formatDetail('token refused', { reason: 'unknown_session' }),
      ...(claims === undefined ? {} : { jti: claims.jti }),
    },
  }
}
