/** Items of a list that a reader looks at. */
const mostShown = 12

/** A long list by its beginning and its end, with a word on what is between. */
export function abridge(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(abridge)
    if (items.length <= mostShown) return items
    return [items[0], `… ${items.length - 3} more …`, ...items.slice(-2)]
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, abridge(inner)]))
}
