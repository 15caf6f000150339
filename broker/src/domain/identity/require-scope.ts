import { covers, formatDetail } from '@agentwrit/protocol'
import { withListParts } from '../audit/list-parts.ts'
import { Fault } from '../fault.ts'
import { attributionOf } from '../tokens/attribution.ts'
import type { Caller } from './caller.ts'

/** Passes if any scope of the token covers any of the route's (contract 1.6); the detail names the first of these. */
export function requireScope(caller: Caller, required: readonly [string, ...string[]]): void {
  const held = caller.claims.scope
  if (required.some((scope) => held.some((own) => covers(own, scope)))) return
  const wanted = required[0]
  throw new Fault('insufficient_scope', `token lacks required scope: ${wanted}`, {
    refusal: scopeViolation(caller, { required: wanted, actual: held }),
  })
}

/** Some routes are for one kind of principal, whatever its scopes say. */
export function requireKind(caller: Caller, kinds: readonly Caller['kind'][]): void {
  if (kinds.includes(caller.kind)) return
  throw new Fault('forbidden', `this route is not for this kind of principal: ${caller.kind}`, {
    refusal: scopeViolation(caller, { required: kinds, actual: caller.kind }),
  })
}

function scopeViolation(caller: Caller, parts: Record<string, string | readonly string[]>) {
  const { claims, origin } = caller
  return {
    verifiedJti: claims.jti,
    event: {
      event_type: 'scope_violation' as const,
      actor: claims.sub,
      outcome: 'denied' as const,
      resource: origin.route,
      jti: claims.jti,
      detail: formatDetail('not allowed here', withListParts(parts)),
      ...attributionOf(claims),
    },
  }
}
