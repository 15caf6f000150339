/**
 * Scopes (contract 2.8): `action:resource:identifier`, split at the first two colons.
 * Laws: `covers` is reflexive and transitive; a `*` counts only as a whole allowed identifier, never
 * in action or resource, never as a prefix; a text that is no scope covers nothing and is covered by
 * nothing. "Within" costs one pass over each list, whatever the lists hold.
 */
import { isPlainText } from './text.ts'

/** Longest scope, in characters (contract 1.10). */
export const maxScopeLength = 256
/** Most scopes in one request, token or ceiling (contract 1.10). */
export const maxScopes = 100

/** The parts of a scope, as `parseScope` gives them; each at least one character. */
export interface Scope {
  readonly action: string
  readonly resource: string
  /** May contain colons; exactly `*` allows every identifier. */
  readonly identifier: string
}

/**
 * The three parts of a scope, or undefined when `text` is none: fewer than three parts, an empty one, a control
 * character, or more than 256 characters.
 *
 * @example
 * ```ts
 * parseScope('read:sales:2026:10') // { action: 'read', resource: 'sales', identifier: '2026:10' }
 * parseScope('read:sales') // undefined
 * ```
 */
export function parseScope(text: string): Scope | undefined {
  if (!isPlainText(text, maxScopeLength)) return undefined
  const first = text.indexOf(':')
  const second = text.indexOf(':', first + 1)
  if (first < 1 || second <= first + 1 || second === text.length - 1) return undefined
  return {
    action: text.slice(0, first),
    resource: text.slice(first + 1, second),
    identifier: text.slice(second + 1),
  }
}

/**
 * Whether holding `allowed` is enough where `requested` is needed: the same scope, or the same action and resource with
 * the identifier `*`.
 *
 * @example
 * ```ts
 * covers('read:sales:*', 'read:sales:2026-10') // true
 * covers('read:*:2026-10', 'read:sales:2026-10') // false
 * ```
 */
export function covers(allowed: string, requested: string): boolean {
  return isWithin([requested], [allowed])
}

/**
 * Whether every requested scope is covered by some allowed one. An empty request is within anything: refuse it before.
 *
 * @example
 * ```ts
 * isWithin(['read:sales:1', 'read:sales:2'], ['read:sales:*']) // true
 * isWithin(['read:sales:*'], ['read:sales:1', 'read:sales:2']) // false
 * ```
 */
export function isWithin(requested: readonly string[], allowed: readonly string[]): boolean {
  return findUncovered(requested, allowed).length === 0
}

/**
 * The requested scopes that no allowed one covers, in the order given; texts that are no scopes are among them.
 *
 * @example
 * ```ts
 * findUncovered(['read:sales:1', 'write:sales:1'], ['read:sales:*']) // ['write:sales:1']
 * ```
 */
export function findUncovered(requested: readonly string[], allowed: readonly string[]): string[] {
  const exact = new Set<string>()
  const whole = new Set<string>()
  for (const text of allowed) {
    const scope = parseScope(text)
    if (scope === undefined) continue
    exact.add(text)
    if (scope.identifier === '*') whole.add(familyOf(scope))
  }
  return requested.filter((text) => {
    const scope = parseScope(text)
    return scope === undefined || !(exact.has(text) || whole.has(familyOf(scope)))
  })
}

/** Action and resource hold no colon between them, so joining them is unambiguous. */
function familyOf({ action, resource }: Scope): string {
  return `${action}:${resource}`
}

/**
 * Whether the action is `admin` or `app`: never grantable in a ceiling, launch token, registration or delegation, where a
 * broker answers `invalid_request` (contract 2.8).
 *
 * @example
 * ```ts
 * isReservedScope('admin:audit:*') // true
 * isReservedScope('read:admin:1') // false
 * ```
 */
export function isReservedScope(text: string): boolean {
  return text.startsWith('admin:') || text.startsWith('app:')
}
