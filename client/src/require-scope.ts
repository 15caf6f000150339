import { findUncovered } from '@agentwrit/protocol'
import { ScopeDeniedError } from './errors.ts'

/** Throws a `ScopeDeniedError` unless each of the required scopes is covered. To require nothing is a mistake, and denied. */
export function requireScope(required: unknown, held: readonly string[]): void {
  const wanted = Array.isArray(required) ? required : [required]
  const named = wanted.filter((scope) => typeof scope === 'string')
  const isNamed = named.length > 0 && named.length === wanted.length
  if (isNamed && findUncovered(named, held).length === 0) return
  const message = isNamed ? 'the agent does not hold the scope' : 'no scope is named'
  throw new ScopeDeniedError(message, { required: named, held })
}
