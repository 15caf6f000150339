/** A credential that a header can hold. `fetch` quotes one that it refuses, and that text would end up in an error. */
export function requireHeaderSafe(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw new TypeError('a token or key must be non-empty and of visible ASCII characters')
}
