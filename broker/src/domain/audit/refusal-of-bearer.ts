import type { Claims } from '@agentwrit/protocol'
import { attributionOf } from '../tokens/attribution.ts'
import type { NewAuditEvent } from './audit-event.ts'
import type { Refusal } from './refusal.ts'

/** What was refused, and why. */
export type Refused = Pick<NewAuditEvent, 'event_type' | 'detail' | 'resource'>

/** The refusal of somebody whose token was verified, with everybody whom that concerns. */
export function refusalOfBearer(
  claims: Claims,
  { event_type, detail, resource }: Refused,
): Refusal {
  return {
    verifiedJti: claims.jti,
    event: {
      event_type,
      actor: claims.sub,
      outcome: 'denied',
      ...(resource === undefined ? {} : { resource }),
      jti: claims.jti,
      detail,
      ...attributionOf(claims),
    },
  }
}
