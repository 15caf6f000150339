import { formatDetail, type Claims } from '@agentwrit/protocol'
import type { Origin, Refusal } from '../audit/refusal.ts'

/**
 * A well-signed token of no session we know: somebody may hold a signing key. Nothing it says is to be believed, so the
 * event names no actor and is grouped by its source; introspection audits it too.
 */
export function unknownSession({ route }: Origin, claims: Claims | undefined): Refusal {
  return {
    apart: 'unknown_session',
    event: {
      event_type: 'token_auth_failed',
      actor: 'anonymous',
      outcome: 'denied',
      resource: route,
      detail: formatDetail('token refused', { reason: 'unknown_session' }),
      ...(claims === undefined ? {} : { jti: claims.jti }),
    },
  }
}
