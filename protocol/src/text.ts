/**
 * Text that is stored or signed (contract 1.3): well-formed UTF-16 without control characters, so
 * that it has one UTF-8 form, one canonical JSON form, and cannot break a line of a log.
 * A character is a Unicode code point, as in JSON Schema. Cost is bounded: length is looked at first.
 */

// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const control = /[\u0000-\u001f\u007f]/

/**
 * Whether `text` holds 1 to `maxCharacters` characters, none of them a control character or a lone surrogate.
 *
 * @example
 * ```ts
 * isPlainText('monthly report', 300) // true
 * isPlainText('two\nlines', 300) // false
 * ```
 */
export function isPlainText(text: unknown, maxCharacters: number): text is string {
  if (typeof text !== 'string' || text === '') return false
  return isNotLonger(text, maxCharacters) && text.isWellFormed() && !control.test(text)
}

function isNotLonger(text: string, maxCharacters: number): boolean {
  if (text.length <= maxCharacters) return true
  // A character takes at most two code units, so only texts near the limit are counted.
  return text.length <= 2 * maxCharacters && Array.from(text).length <= maxCharacters
}
