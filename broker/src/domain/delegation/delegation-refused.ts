import { formatDetail, type DetailValue, type ErrorCode } from '@agentwrit/protocol'
import { withListParts } from '../audit/list-parts.ts'
import { refusalOfBearer } from '../audit/refusal-of-bearer.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'

interface Refused {
  readonly code: ErrorCode
  /** For the client. */
  readonly detail: string
  /** For the audit. */
  readonly reason: string
  readonly parts?: Readonly<Record<string, DetailValue>>
}

/** A delegation that is refused, and the event that says why. */
export function delegationRefused(caller: Caller, refused: Refused): Fault {
  return toFault('delegation_denied', caller, refused)
}

/** More was asked for than the delegator, or an app on the way, could hand on. */
export function tooWide(
  caller: Caller,
  detail: string,
  parts: Readonly<Record<string, DetailValue>>,
): Fault {
  const refused = { code: 'scope_violation', detail, reason: 'scope_too_wide', parts } as const
  return toFault('delegation_attenuation_violation', caller, refused)
}

function toFault(
  eventType: 'delegation_denied' | 'delegation_attenuation_violation',
  { claims }: Caller,
  { code, detail, reason, parts = {} }: Refused,
): Fault {
  const told = formatDetail('delegation refused', { reason, ...withListParts(parts) })
  const refusal = refusalOfBearer(claims, { event_type: eventType, detail: told })
  return new Fault(code, detail, { refusal })
}
