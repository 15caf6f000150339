import { formatDetail, type Claims } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import { listParts } from '../audit/list-parts.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Caller } from '../identity/caller.ts'
import { attributionOf } from '../tokens/attribution.ts'

/** The event that names the delegated token: by whom, from which token, for how long, with what scope. */
export function delegationCreated(
  { claims: delegator, origin }: Caller,
  delegated: Claims,
): NewAuditEvent {
  const { jti, exp, iat, scope } = delegated
  const parts = { jti, parent_jti: delegator.jti, ttl: exp - iat, ...listParts('scope', scope) }
  return withOrigin(origin, {
    event_type: 'delegation_created',
    actor: delegator.sub,
    outcome: 'success',
    jti,
    relates_to: delegator.jti,
    detail: formatDetail('delegation created', parts),
    ...attributionOf(delegated),
  })
}
