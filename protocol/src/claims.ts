/**
 * What a token says (contract 2.3). Times are whole seconds since 1970.
 * Laws: a claim has one type and one form; an optional claim is absent, never empty; a chain and its
 * hash come together; lists are bounded. Claims we do not know are left behind.
 */
import {
  isDelegationRecord,
  maxDelegationDepth,
  type DelegationRecord,
} from './delegation-chain.ts'
import {
  hasForms,
  isHash,
  isList,
  isName,
  isScopeList,
  isSeconds,
  isThumbprint,
  isTokenId,
  type Form,
  type Forms,
} from './form.ts'
import { isPlainText } from './text.ts'

/**
 * The claims of a token (contract 2.3, RFC 7519 section 4.1). `exp`, `nbf` and `iat` are whole seconds since 1970; `jti`,
 * `sid` and `lsid` are 32 lower-case hex characters; `scope` holds 1 to 100 scopes.
 */
export interface Claims {
  /** `""` when the broker has no issuer configured. */
  readonly iss: string
  /** `admin`, `operator:<name>`, `app:<app_id>` or an agent id. */
  readonly sub: string
  readonly aud?: string[]
  readonly exp: number
  readonly nbf: number
  readonly iat: number
  readonly jti: string
  /** The session; absent only in tokens of an imported AgentWrit 2.0 key. */
  readonly sid?: string
  readonly scope: string[]
  readonly task_id?: string
  readonly orch_id?: string
  readonly app_id?: string
  /** The session that made the agent's launch token. */
  readonly lsid?: string
  /** RFC 7638 thumbprint of the key the subject registered (RFC 7800, member `jkt` of RFC 9449 section 6.1). */
  readonly cnf?: { readonly jkt: string }
  readonly delegation_chain?: DelegationRecord[]
  /** SHA-256 hex over the canonical form of `delegation_chain`. */
  readonly chain_hash?: string
}

/**
 * The known claims of a token's payload, or undefined when one is missing or not in its form. Says nothing about who
 * signed it, see `readToken`.
 *
 * @example
 * ```ts
 * const claims = readClaims(readToken(token)?.payload)
 * if (claims) console.log(claims.sub, new Date(claims.exp * 1000))
 * ```
 */
export function readClaims(value: unknown): Claims | undefined {
  if (!isClaims(value)) return undefined
  const known = Object.entries(value).filter(([name]) => isKnown(name))
  const claims: unknown = Object.fromEntries(known)
  return isClaims(claims) ? claims : undefined
}

const maxAudiences = 16
const isAudience: Form = (value) => isPlainText(value, 256)
const isIssuer: Form = (value) => value === '' || isPlainText(value, 256)
const isSubject: Form = (value) => isPlainText(value, 2048)

const required: Forms = {
  iss: isIssuer,
  sub: isSubject,
  exp: isSeconds,
  nbf: isSeconds,
  iat: isSeconds,
  jti: isTokenId,
  scope: isScopeList,
}

const optional: Forms = {
  aud: (value) => isList(value, maxAudiences, isAudience),
  sid: isTokenId,
  task_id: isName,
  orch_id: isName,
  app_id: isName,
  lsid: isTokenId,
  cnf: (value) => hasForms(value, { jkt: isThumbprint }, {}),
  delegation_chain: (value) => isList(value, maxDelegationDepth, isDelegationRecord),
  chain_hash: isHash,
}

function isClaims(value: unknown): value is Claims {
  if (!hasForms(value, required, optional)) return false
  return Object.hasOwn(value, 'delegation_chain') === Object.hasOwn(value, 'chain_hash')
}

function isKnown(name: string): boolean {
  return Object.hasOwn(required, name) || Object.hasOwn(optional, name)
}
