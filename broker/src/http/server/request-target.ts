/** The path a request asks for: its target may be a whole URL (RFC 9112 section 3.2.2). Not decoded. */
export function pathOf(target: string): string {
  const [path = ''] = target.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)
  return path
}
