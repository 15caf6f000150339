/**
 * The checks of a token's claims that hold on every use, cached or not (contract 2.4).
 * Laws: a token is expired from the very millisecond of `exp` on, without leeway; a clock that is not
 * a number denies; an unset issuer is not checked, an audience that is asked for must be there.
 */
import type { Claims } from './claims.ts'

/** How far `nbf` may lie ahead of a broker's clock, in seconds (contract 2.4). */
export const brokerLeewaySeconds = 2
/** How far `nbf` may lie ahead of the clock of a verifier elsewhere, in seconds (contract 2.4). */
export const verifierLeewaySeconds = 5

/**
 * Why the token is not valid at this moment, or undefined when it is (RFC 7519 sections 4.1.4 and 4.1.5). `exp` and `nbf`
 * are seconds since 1970, the clock milliseconds.
 *
 * @example
 * ```ts
 * const claims = { nbf: 1_800_000_000, exp: 1_800_000_300 }
 * checkTimes(claims, 1_799_999_996_000, verifierLeewaySeconds) // undefined
 * checkTimes(claims, 1_800_000_300_000, verifierLeewaySeconds) // 'expired'
 * ```
 */
export function checkTimes(
  claims: Pick<Claims, 'exp' | 'nbf'>,
  nowMilliseconds: number,
  leewaySeconds: number,
): 'expired' | 'not_yet_valid' | undefined {
  if (!(nowMilliseconds < claims.exp * 1000)) return 'expired'
  if (!(nowMilliseconds >= (claims.nbf - leewaySeconds) * 1000)) return 'not_yet_valid'
  return undefined
}

/**
 * Whether `iss` is the issuer we expect (RFC 7519 section 4.1.1); an unset one (absent or empty) accepts any.
 *
 * @example
 * ```ts
 * hasIssuer({ iss: 'https://broker.internal' }, 'https://broker.internal') // true
 * hasIssuer({ iss: '' }, 'https://broker.internal') // false
 * ```
 */
export function hasIssuer(claims: Pick<Claims, 'iss'>, issuer?: string): boolean {
  return issuer === undefined || issuer === '' || claims.iss === issuer
}

/**
 * Whether the token was issued for this audience (RFC 7519 section 4.1.3); an unset one (absent or empty) accepts any.
 *
 * @example
 * ```ts
 * hasAudience({ aud: ['https://records.internal'] }, 'https://records.internal') // true
 * hasAudience({}, 'https://records.internal') // false
 * ```
 */
export function hasAudience(claims: Pick<Claims, 'aud'>, audience?: string): boolean {
  if (audience === undefined || audience === '') return true
  return claims.aud?.includes(audience) ?? false
}
