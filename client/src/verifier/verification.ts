import type { Claims } from '@agentwrit/protocol'

/**
 * What a verified token says. Decide by `scope` and `claims`, never by what the caller says of itself.
 *
 * @example
 * ```ts
 * const describe = ({ subject, scope, expiresAt }: VerifiedToken) =>
 *   `${subject} holds ${scope.join(' ')} until ${expiresAt.toISOString()}`
 * ```
 */
export interface VerifiedToken {
  /** `sub`: the agent's SPIFFE id, or `app:<id>`, `admin`, `operator:<name>`. */
  readonly subject: string
  readonly scope: readonly string[]
  readonly expiresAt: Date
  readonly claims: Claims
}

/**
 * Why a token was refused. For logs and for people: an answer to the client tells only `missing_token`, `invalid_token`
 * (RFC 6750 section 3.1: also for each `token_` and `wrong_` reason), `insufficient_scope` or that it is to come again.
 * In the mode `introspect` the broker tells no cause, so all of them are `invalid_token`.
 *
 * @example
 * ```ts
 * const isDead = (reason: RefusalReason) => reason === 'token_revoked' || reason === 'token_expired'
 * ```
 */
export type RefusalReason =
  | 'missing_token'
  | 'invalid_token'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_revoked'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'insufficient_scope'
  /** The verifier does not know enough, or nothing fresh enough, to say yes. */
  | 'not_ready'

/**
 * The verdict about a token. Branch on `ok`: nothing else says yes.
 *
 * @example
 * ```ts
 * const result: Verification = await verifier.verify(token, { scope: 'read:records:P-2014' })
 * if (result.ok) console.log(result.auth.subject)
 * else console.warn(result.reason, result.required, result.held)
 * ```
 */
export type Verification =
  | { readonly ok: true; readonly auth: VerifiedToken }
  | {
      readonly ok: false
      readonly reason: RefusalReason
      /** The scopes that were asked for; empty when none was. */
      readonly required: readonly string[]
      /** The scopes of the token; empty unless the reason is `insufficient_scope`: what is not verified holds nothing. */
      readonly held: readonly string[]
    }

/**
 * What a token must be good for, beyond being alive.
 *
 * @example
 * ```ts
 * const wanted: Wanted = { scope: ['read:records:P-2014', 'read:labs:P-2014'] }
 * ```
 */
export interface Wanted {
  /** Each of them must be covered by a scope of the token; none: any token will do. */
  readonly scope?: string | readonly string[]
}

/**
 * Tells whether a bearer token may be served. Never rejects because of a token: whatever goes wrong is a refusal.
 *
 * @example
 * ```ts
 * async function serve(verifier: Verifier, token: string): Promise<string> {
 *   const result = await verifier.verify(token, { scope: 'read:records:P-2014' })
 *   return result.ok ? `hello ${result.auth.subject}` : `no: ${result.reason}`
 * }
 * ```
 */
export interface Verifier {
  /** `undefined`, or an empty text, is a missing token. */
  verify(token: string | undefined, wanted?: Wanted): Promise<Verification>
  /** Resolves once a token can be accepted; rejects when that is not so in `timeout` milliseconds (10 000), or `signal` ends it. */
  ready(options?: { readonly timeout?: number; readonly signal?: AbortSignal }): Promise<void>
  /** Ends what runs in the background; from then on every token is refused as `not_ready`. */
  close(): Promise<void>
}
