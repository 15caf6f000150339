/**
 * A copy of a list, such as a scope. A lone text has items too, its letters: spread, it would be asked for one by one. The
 * error names the member and not what was in it.
 */
export function requireList(list: readonly string[], member: string): string[] {
  if (Array.isArray(list)) return [...list]
  throw new TypeError(`${member} must be an array of strings, also when it holds only one`)
}
