import { parseScope } from '@agentwrit/protocol'
import { ScopeDeniedError } from './errors.ts'

/**
 * Makes a scope out of names that come from elsewhere, a language model's arguments for instance. A name that is missing,
 * empty, or holds a colon, a `*`, white space or a control character is a `ScopeDeniedError`: it could name more than was
 * meant. So is a text that is no scope. A `*` that stands in the template itself is yours, and allowed.
 *
 * @example
 * ```ts
 * const patientId = 'P-2014'
 * scope`read:records:${patientId}` // 'read:records:P-2014'
 * ```
 */
export function scope(parts: TemplateStringsArray, ...names: readonly unknown[]): string {
  const text = parts.reduce((before, part, index) => before + requireName(names[index - 1]) + part)
  if (parseScope(text) === undefined) throw new ScopeDeniedError('the template makes no scope')
  return text
}

// No message repeats a name: it is the attacker's.
function requireName(name: unknown): string {
  const text = typeof name === 'number' ? String(name) : name
  if (typeof text !== 'string' || text === '')
    throw new ScopeDeniedError('a name in a scope is missing')
  if (/[:*\s\p{Cc}]/u.test(text))
    throw new ScopeDeniedError('a name in a scope holds a colon, a "*" or white space')
  return text
}
