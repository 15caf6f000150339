import { auditEventTypes } from '@agentwrit/protocol'
import { patternNames } from '../../broker/src/http/schemas/fields.ts'
import type { Schema } from './document.ts'

/** A schema in words: `text, 1..64 characters`. */
export function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum !== undefined) return choice(schema.enum)
  const { items } = schema
  if (items !== undefined) {
    const length = bounds(schema.minItems, schema.maxItems, '')
    const what = items.properties === undefined ? pluralOf(typeOf(items)) : 'objects'
    return `list of ${length === '' ? '' : `${length}: `}${what}`
  }
  const { type = 'value', pattern = '', minLength, maxLength } = schema
  const isScope = patternNames.get(pattern)?.startsWith('a scope') === true
  return [
    isScope ? 'scope' : (names[type] ?? type),
    bounds(minLength, maxLength, ' characters'),
    bounds(schema.minimum, schema.maximum, ''),
    isScope ? '' : formOf(pattern),
  ]
    .filter((part) => part !== '')
    .join(', ')
}

function pluralOf(type: string): string {
  return type === 'whole number' ? 'whole numbers' : type
}

const names: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: '`true` or `false`',
}

function choice(values: readonly unknown[]): string {
  if (values.length === auditEventTypes.length) return 'one of the [event types](#event-types)'
  return values.map((value) => `\`${String(value)}\``).join(' or ')
}

function bounds(least: number | undefined, most: number | undefined, unit: string): string {
  // Numbers that JSON cannot carry exactly are refused anyhow.
  const ends = [least, most].map((end) =>
    Number.isSafeInteger(end) && !isExtreme(end) ? end : undefined,
  )
  const [from, to] = ends
  if (from === undefined) return to === undefined ? '' : `at most ${to}${unit}`
  return to === undefined ? `at least ${from}${unit}` : `${from}..${to}${unit}`
}

function isExtreme(end: number | undefined): boolean {
  return Math.abs(end ?? 0) === Number.MAX_SAFE_INTEGER
}

function formOf(pattern: string): string {
  if (pattern === '') return ''
  const name = formNames.get(pattern) ?? patternNames.get(pattern) ?? `\`${pattern}\``
  // Told once, on top of the page.
  return name === 'free of control characters' ? '' : name
}

/** Expressions that nobody wants to read. */
const formNames: ReadonlyMap<string, string> = new Map([
  ['^[\\s\\S]', 'not empty'],
  ['^[0-9a-f]{64}$', '64 hex'],
  ['^[0-9]{1,20}$', 'digits'],
  ['^[0-9]{1,15}$', 'digits'],
  ['^[1-9][0-9]{0,14}$', 'digits'],
  ['^[\\x21-\\x7e]{22,128}$', '22..128 visible ASCII characters'],
  ['^(?!\\.{1,2}$)[A-Za-z0-9._-]*$', 'made of letters, digits and ._- alone'],
  ['^[0-9a-f]{16}\\.[0-9]+$', '16 hex, a dot, digits'],
])
