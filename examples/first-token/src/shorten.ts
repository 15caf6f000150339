// Nothing that opens anything is ever shown whole: a screen is photographed, a log is kept.
const neverShown: ReadonlySet<string> = new Set(['secret'])
const plain: ReadonlySet<string> = new Set(['agent_id', 'sub', 'jti', 'sid', 'lsid', 'detail'])
const longest = 30
const columns = 68

/** A JSON text with every credential shortened until it is useless, laid out for reading. */
export function shortenJson(text: string): string {
  return text.trim() === '' ? '' : layOut(shortenMember('', JSON.parse(text)))
}

/** A token, nonce, key or signature, so that it can be recognised and no more. */
export function shorten(text: string): string {
  return text.length <= longest ? '…' : `${text.slice(0, 8)}…${text.slice(-4)}`
}

function shortenMember(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((member: unknown) => shortenMember(name, member))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, shortenMember(key, member)]),
    )
  }
  if (typeof value !== 'string' || plain.has(name)) return value
  if (neverShown.has(name)) return '…'
  // Long text without a space is taken for a credential whatever its name.
  return value.length > longest && !value.includes(' ') ? shorten(value) : value
}

/** What fits on a line stays on one. */
function layOut(value: unknown, indent = ''): string {
  const line = JSON.stringify(value, null, 1)
    .replaceAll(/\n\s*/g, ' ')
    .replaceAll(/\[ | \]/g, (bracket) => bracket.trim())
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject || indent.length + line.length <= columns) return line
  const inner = `${indent}  `
  const members = Object.entries(value).map(
    ([name, member]) => `${inner}${JSON.stringify(name)}: ${layOut(member, inner)}`,
  )
  return `{\n${members.join(',\n')}\n${indent}}`
}
