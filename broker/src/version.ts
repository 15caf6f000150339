import { readFileSync } from 'node:fs'

/** The version in this package's own description, which lies beside `src` and `dist`. */
export const version = readVersion(new URL('../package.json', import.meta.url))

function readVersion(description: URL): string {
  const parsed: unknown = JSON.parse(readFileSync(description, 'utf8'))
  const hasVersion = typeof parsed === 'object' && parsed !== null && 'version' in parsed
  return hasVersion && typeof parsed.version === 'string' ? parsed.version : 'unknown'
}
