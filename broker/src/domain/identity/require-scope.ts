import { covers, formatDetail } from '@agentwrit/protocol'
import { withListParts } from '../audit/list-parts.ts'
import type { Refusal } from '../audit/refusal.ts'
import { refusalOfBearer } from '../audit/refusal-of-bearer.ts'
import { Fault } from '../fault.ts'
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

/** Somebody wants what is not for him: a route, or a scope to hand out. */
export function scopeViolation(
  { claims, origin: { route } }: Caller,
  parts: Readonly<Record<string, string | readonly string[]>>,
): Refusal {
  const detail = formatDetail('not allowed here', withListParts(parts))
  return refusalOfBearer(claims, { event_type: 'scope_violation', detail, resource: route })
}
