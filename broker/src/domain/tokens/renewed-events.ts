import { formatDetail, type Claims } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import { listParts } from '../audit/list-parts.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Caller } from '../identity/caller.ts'
import type { Revocation } from '../revocation/revocation.ts'
import { attributionOf } from './attribution.ts'

interface Renewed {
  readonly isNarrowed: boolean
  /** Ends the sessions that were delegated past the successor's end. */
  readonly ending: Revocation | undefined
}

/** What the audit is told of a renewal. */
export function renewedEvents(
  { claims: old, origin }: Caller,
  successor: Claims,
  { isNarrowed, ending }: Renewed,
): NewAuditEvent[] {
  const { jti, exp, iat, scope } = successor
  const parts = {
    jti,
    old_jti: old.jti,
    ttl: exp - iat,
    ...(isNarrowed ? listParts('scope', scope) : {}),
  }
  const renewed = withOrigin(origin, {
    event_type: 'token_renewed',
    actor: old.sub,
    outcome: 'success',
    jti,
    relates_to: old.jti,
    detail: formatDetail('token renewed', parts),
    ...attributionOf(successor),
  })
  if (ending === undefined) return [renewed]
  const { id: revocation, reason = '', level } = ending
  const after = new Date(exp * 1000).toISOString()
  const ended = withOrigin(origin, {
    event_type: 'token_revoked',
    actor: ending.actor,
    outcome: 'success',
    jti,
    relates_to: old.jti,
    detail: formatDetail('later delegations end', { level, after, reason, revocation }),
    ...attributionOf(successor),
  })
  return [renewed, ended]
}
