import { formatDetail, type ErrorCode, type RevokeRequest } from '@agentwrit/protocol'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { attributionOf } from '../tokens/attribution.ts'

interface Denied {
  readonly code: ErrorCode
  /** For the client. */
  readonly detail: string
  /** For the audit. */
  readonly reason: string
}

/** A revocation that is refused, and the event that says why. */
export function revocationDenied(
  { claims }: Caller,
  { level, target }: RevokeRequest,
  { code, detail, reason }: Denied,
): Fault {
  return new Fault(code, detail, {
    refusal: {
      verifiedJti: claims.jti,
      event: {
        event_type: 'revocation_denied',
        actor: claims.sub,
        outcome: 'denied',
        jti: claims.jti,
        detail: formatDetail('revocation refused', { reason, level, target }),
        ...attributionOf(claims),
      },
    },
  })
}
