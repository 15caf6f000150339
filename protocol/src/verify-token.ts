/**
 * The checks of a token's claims that hold on every use, cached or not (contract 2.4).
 * Laws: a token is expired from the very millisecond of `exp` on, without leeway; a clock that is not
 * a number denies; an unset issuer is not checked, an audience that is asked for must be there.
 */
import type { Claims } from './claims.ts'

/** Leeway for `nbf` at the broker and in the SDK's verifier, in seconds. */
export const brokerLeewaySeconds = 2
export const verifierLeewaySeconds = 5

/** Why the token is not valid at this moment, or undefined when it is. */
export function checkTimes(
  claims: Pick<Claims, 'exp' | 'nbf'>,
  nowMilliseconds: number,
  leewaySeconds: number,
): 'expired' | 'not_yet_valid' | undefined {
  if (!(nowMilliseconds < claims.exp * 1000)) return 'expired'
  if (!(nowMilliseconds >= (claims.nbf - leewaySeconds) * 1000)) return 'not_yet_valid'
  return undefined
}

/** Whether `iss` is the issuer we expect; an unset one (absent or empty) accepts any. */
export function hasIssuer(claims: Pick<Claims, 'iss'>, issuer?: string): boolean {
  return issuer === undefined || issuer === '' || claims.iss === issuer
}

/** Whether the token was issued for this audience; an unset one (absent or empty) accepts any. */
export function hasAudience(claims: Pick<Claims, 'aud'>, audience?: string): boolean {
  if (audience === undefined || audience === '') return true
  return claims.aud?.includes(audience) ?? false
}
