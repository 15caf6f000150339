/**
 * Canonical JSON, RFC 8785 (https://www.rfc-editor.org/rfc/rfc8785): the one text of a JSON value,
 * so that both sides hash and sign the same bytes.
 * Laws: the order of members does not matter; parsing the text gives the value back; whatever JSON
 * cannot say exactly (undefined, NaN, a lone surrogate, a Date) is refused, never dropped or bent.
 * Error messages name the kind of value, never the value: it may be a secret.
 */

/** Deepest nesting that `canonicalize` accepts; also ends cycles. */
export const maxJsonDepth = 64

/**
 * The RFC 8785 form of a JSON value. Throws a TypeError on anything that is not one: undefined, also as a member, a
 * number that is not finite, a lone surrogate, an instance of a class, more than 64 levels.
 *
 * @example
 * ```ts
 * canonicalize({ b: 1, a: [true, null] }) // '{"a":[true,null],"b":1}'
 * ```
 */
export function canonicalize(value: unknown): string {
  return write(value, 0)
}

function write(value: unknown, depth: number): string {
  if (depth > maxJsonDepth) throw new TypeError('canonical JSON: nested too deeply')
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return writeString(value)
  if (typeof value === 'number') return writeNumber(value)
  if (Array.isArray(value)) return writeArray(value, depth)
  if (isPlainObject(value)) return writeObject(value, depth)
  throw new TypeError(
    `canonical JSON: cannot say ${typeof value === 'object' ? 'a class instance' : typeof value}`,
  )
}

/** JSON.stringify escapes a string exactly as RFC 8785 section 3.2.2.2 asks, but tolerates lone surrogates. */
function writeString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('canonical JSON: lone surrogate')
  return JSON.stringify(text)
}

/** RFC 8785 section 3.2.2.3 is ECMAScript's own conversion; it turns -0 into 0. */
function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError('canonical JSON: number is not finite')
  return String(value)
}

function writeArray(items: readonly unknown[], depth: number): string {
  // Array.from visits the holes of a sparse array, which map() would leave out.
  return `[${Array.from(items, (item) => write(item, depth + 1)).join(',')}]`
}

/** The default sort compares UTF-16 code units, as RFC 8785 section 3.2.3 asks. */
function writeObject(value: Readonly<Record<string, unknown>>, depth: number): string {
  const names = Object.keys(value).toSorted()
  return `{${names.map((name) => `${writeString(name)}:${write(value[name], depth + 1)}`).join(',')}}`
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
