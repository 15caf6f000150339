import { formatDetail, type ErrorCode, type RevokeRequest } from '@agentwrit/protocol'
import { refusalOfBearer } from '../audit/refusal-of-bearer.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'

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
  const told = formatDetail('revocation refused', { reason, level, target })
  const refusal = refusalOfBearer(claims, { event_type: 'revocation_denied', detail: told })
  return new Fault(code, detail, { refusal })
}
