/**
 * The `detail` of an audit event (contract 5.1): a phrase, then `key=value` parts joined by ` | `.
 * Law: nobody can write a part, a line or a terminal command into a detail: whatever a value holds,
 * it is cut, and then `\`, `=`, `|` and everything invisible is escaped.
 */

/** Longest value of a part, in characters before escaping. */
export const maxDetailValueLength = 256

/** What may stand in a part of a detail; a part that is undefined is left out. */
export type DetailValue = string | number | boolean | readonly string[] | undefined

/**
 * The `detail` of an event. Parts keep the order given; an undefined one is left out; a list becomes `[a,b]`. Throws a
 * TypeError when a key is not of `[a-z][a-z0-9_]*`.
 *
 * @example
 * ```ts
 * formatDetail('token issued', { ttl: 300, scope: ['read:sales:1'] }) // 'token issued | ttl=300 | scope=[read:sales:1]'
 * formatDetail('revoked', { reason: 'a | count=0' }) // 'revoked | reason=a \\| count\\=0'
 * ```
 */
export function formatDetail(
  phrase: string,
  parts: Readonly<Record<string, DetailValue>> = {},
): string {
  const written = Object.entries(parts).flatMap(([key, value]) =>
    value === undefined ? [] : [`${requireKey(key)}=${escapeDetailValue(toText(value))}`],
  )
  return [escapeDetailValue(phrase), ...written].join(' | ')
}

function toText(value: Exclude<DetailValue, undefined>): string {
  return typeof value === 'object' ? `[${value.join(',')}]` : String(value)
}

/** Keys are ours, never a client's. */
function requireKey(key: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(key))
    throw new TypeError('a key of an audit detail is a lower-case name')
  return key
}

/** Control and format characters (which can reorder what a reader sees) and line separators. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

function escapeDetailValue(text: string): string {
  return cut(text)
    .replaceAll(/[\\=|]/g, (character) => `\\${character}`)
    .replaceAll(invisible, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`)
}

/** A lone surrogate has no UTF-8 form and would make the event impossible to hash: it becomes U+FFFD. */
function cut(text: string): string {
  const near = text.slice(0, 2 * maxDetailValueLength).toWellFormed()
  return Array.from(near).slice(0, maxDetailValueLength).join('')
}
