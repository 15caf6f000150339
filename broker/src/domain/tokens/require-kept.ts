import { formatDetail } from '@agentwrit/protocol'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import type { Outcome } from '../outcome.ts'
import { attributionOf } from './attribution.ts'

/**
 * A change under a bearer guards that bearer in its own transaction. If it died between its check and the change, the
 * answer is that of the check: 401, as if it had been dead on arrival.
 */
export function requireKept(outcome: Outcome<string>, caller: Caller): void {
  if (outcome.kept) return
  const { claims, origin } = caller
  throw new Fault('unauthorized', 'the bearer token is invalid or expired', {
    refusal: {
      verifiedJti: claims.jti,
      event: {
        event_type: 'token_revoked_access',
        actor: claims.sub,
        outcome: 'denied',
        resource: origin.route,
        jti: claims.jti,
        detail: formatDetail('dead token presented', { reason: outcome.guard }),
        ...attributionOf(claims),
      },
    },
  })
}
