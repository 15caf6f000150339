import { formatDetail, type Claims } from '@agentwrit/protocol'
import type { Origin, Refusal } from '../audit/refusal.ts'
import { refusalOfBearer } from '../audit/refusal-of-bearer.ts'
import { Fault } from '../fault.ts'
import type { DeathReason } from '../revocation/revocation-index.ts'

/** One sentence for every cause: which check failed is nobody's business (contract 1.5, rows 3 and 4). */
export const genericDetail = 'the bearer token is invalid or expired'

/** The refusal of a dead token, with everybody it concerns. */
export function deadTokenFault(claims: Claims, reason: DeathReason, origin: Origin): Fault {
  const refusal = deadTokenRefusal(claims, reason, origin)
  return new Fault('unauthorized', genericDetail, { refusal })
}

export function deadTokenRefusal(claims: Claims, reason: DeathReason, { route }: Origin): Refusal {
  const detail = formatDetail('dead token presented', { reason })
  return refusalOfBearer(claims, { event_type: 'token_revoked_access', detail, resource: route })
}
