// What is decided about the claims of a token that is known to be the broker's. Law: whatever is asked for in a form that
// cannot be understood is covered by nothing.
import { checkTimes, findUncovered, hasAudience, hasIssuer } from '@agentwrit/protocol'
import { verifierLeewaySeconds, type Claims } from '@agentwrit/protocol'
import type { RefusalReason, Verification, Wanted } from './verification.ts'

/** Whose tokens are good, and for whom; null: anybody's, for anybody. */
export interface Expected {
  readonly issuer: string | null
  readonly audience: string | null
}

/** The scopes that are asked for. One that was meant to be and is missing, or misnamed, must not become none. */
export function readRequired(wanted: Wanted | undefined): string[] {
  if (wanted === undefined || isForAnybody(wanted)) return []
  const scope: unknown = Object.keys(wanted).length > 1 ? undefined : wanted.scope
  return Array.isArray(scope) ? Array.from<unknown, string>(scope, String) : [String(scope)]
}

export function refuse(reason: RefusalReason, required: readonly string[]): Verification {
  return { ok: false, reason, required, held: [] }
}

/** Why these claims are not good at this moment, as far as they tell by themselves. */
export function findRefusal(
  claims: Claims,
  { issuer, audience }: Expected,
  now: number,
): RefusalReason | undefined {
  const times = checkTimes(claims, now, verifierLeewaySeconds)
  if (times !== undefined) return times === 'expired' ? 'token_expired' : 'token_not_yet_valid'
  if (issuer !== null && !hasIssuer(claims, issuer)) return 'wrong_issuer'
  if (audience !== null && !hasAudience(claims, audience)) return 'wrong_audience'
  return undefined
}

/** Of claims that are good: whether they are enough. */
export function decide(claims: Claims, required: readonly string[]): Verification {
  const { sub: subject, scope, exp } = claims
  // What stands there word for word needs no closer look: every scope of a token is one.
  const others = required.filter((one) => !scope.includes(one))
  if (others.length > 0 && findUncovered(others, scope).length > 0)
    return { ok: false, reason: 'insufficient_scope', required, held: scope }
  return { ok: true, auth: { subject, scope, expiresAt: new Date(exp * 1000), claims } }
}

function isForAnybody(wanted: Wanted): boolean {
  const isObject = typeof wanted === 'object' && !Array.isArray(wanted)
  return isObject && !('scope' in wanted) && Object.keys(wanted).length === 0
}
