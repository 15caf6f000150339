import { parseScope } from '@agentwrit/protocol'
import { ScopeDeniedError } from '../errors.ts'

/**
 * One scope, or several that are all needed.
 *
 * @example
 * ```ts
 * import type { Scopes } from '@agentwrit/client/hono'
 *
 * const scopes: Scopes = ['read:records:P-2014', 'read:labs:P-2014']
 * ```
 */
export type Scopes = string | readonly string[]

/**
 * What a request needs: the same for all, or made out of it. Made with the `scope` tag, a name that could mean more than one
 * thing is refused. Whatever it throws is a refusal, and so is anything but scopes, a promise or an empty list too.
 *
 * @example
 * ```ts
 * import type { ScopeOf } from '@agentwrit/client/hono'
 *
 * const needed: ScopeOf<{ readonly patient: string }> = ({ patient }) => scope`read:records:${patient}`
 * ```
 */
export type ScopeOf<Asked> = Scopes | ((asked: Asked) => Scopes)

/** The scopes of one request; throws when they cannot be named. */
export type ReadScopes<Asked> = (asked: Asked) => readonly string[]

/** Throws a `TypeError` at once when what is the same for all requests is no scope. */
export function toReadScopes<Asked>(scopeOf: ScopeOf<Asked>): ReadScopes<Asked> {
  if (typeof scopeOf === 'function') return (asked) => requireScopes(scopeOf(asked))
  try {
    const scopes = requireScopes(scopeOf)
    return () => scopes
  } catch (cause) {
    throw new TypeError('a gate needs a scope, a list of scopes or a function', { cause })
  }
}

// Asked for no scope at all, a verifier lets every token pass: an empty list must not get that far.
function requireScopes(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const scopes = list.filter((each) => typeof each === 'string')
  const isComplete = scopes.length === list.length && scopes.length > 0
  if (isComplete && scopes.every((text) => parseScope(text) !== undefined)) return scopes
  throw new ScopeDeniedError('what the request needs is no scope')
}
