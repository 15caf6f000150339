import { hash } from 'node:crypto'
import { canonicalize, maxDetailValueLength, type DetailValue } from '@agentwrit/protocol'

/**
 * A list in a detail. One that the detail would cut is followed by its length and by the SHA-256 of the whole (JCS), so
 * that whoever has the list can prove that it is the one; a short one stands there itself.
 */
export function listParts(name: string, list: readonly string[]): Record<string, DetailValue> {
  const isWhole = `[${list.join(',')}]`.length <= maxDetailValueLength
  if (isWhole) return { [name]: list }
  const digest = hash('sha256', canonicalize(list))
  return { [name]: list, [`${name}_count`]: list.length, [`${name}_sha256`]: digest }
}

/** What a replaced list has gained and lost, and both lists. */
export function replacedParts(
  before: readonly string[],
  after: readonly string[],
): Record<string, DetailValue> {
  return {
    ...listParts('added', without(after, before)),
    ...listParts('removed', without(before, after)),
    ...listParts('old', before),
    ...listParts('new', after),
  }
}

function without(list: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others)
  return list.filter((item) => !known.has(item))
}

/** The same for every list among the parts of a detail. */
export function withListParts(
  parts: Readonly<Record<string, DetailValue>>,
): Record<string, DetailValue> {
  const entries = Object.entries(parts).flatMap(([name, value]): [string, DetailValue][] =>
    typeof value === 'object' ? Object.entries(listParts(name, value)) : [[name, value]],
  )
  return Object.fromEntries(entries)
}
