/** Characters that fit beside the table of contents of a page. */
export const widest = 96

/** JSON to be read: what fits stands on one line. */
export function layOut(value: unknown, indent = ''): string {
  const line = onOneLine(value)
  if (indent.length + line.length <= widest || typeof value !== 'object' || value === null) {
    return line
  }
  const deeper = `${indent}  `
  const isList = Array.isArray(value)
  const parts = Object.entries(value).map(
    ([name, inner]) => `${deeper}${isList ? '' : `"${name}": `}${layOut(inner, deeper)}`,
  )
  const [open, close] = isList ? '[]' : '{}'
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([name, inner]) => `${JSON.stringify(name)}: ${onOneLine(inner)}`,
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}
