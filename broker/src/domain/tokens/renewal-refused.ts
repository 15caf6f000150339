import { formatDetail, type DetailValue } from '@agentwrit/protocol'
import { withListParts } from '../audit/list-parts.ts'
import { refusalOfBearer } from '../audit/refusal-of-bearer.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'

const details = {
  unauthorized: 'the token cannot be renewed',
  forbidden: 'operators sign in again instead',
  scope_violation: 'a renewal keeps the scope or narrows it',
  conflict: 'this idempotency key has renewed the token with another body',
} as const

/** Causes that their code alone would tell wrongly. */
const detailsOfReasons: Readonly<Record<string, string>> = {
  beyond_ceiling: 'by now an app of the token may not hand on all of its scope: renew with less',
  out_of_reach: "the delegate is no longer within its delegator's reach",
}

/** A renewal that is refused, and the event that says why. */
export function renewalRefused(
  { claims }: Caller,
  reason: string,
  {
    code = 'unauthorized',
    parts = {},
  }: { code?: keyof typeof details; parts?: Readonly<Record<string, DetailValue>> } = {},
): Fault {
  const detail = formatDetail('renewal refused', { reason, ...withListParts(parts) })
  const refusal = refusalOfBearer(claims, { event_type: 'token_renewal_failed', detail })
  return new Fault(code, detailsOfReasons[reason] ?? details[code], { refusal })
}
