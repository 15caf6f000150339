import type { TSchema } from 'typebox'

const MAX_NAMES = 10
const MAX_NAME = 64
const unsafe = /[^A-Za-z0-9_.-]/gu

interface Members {
  readonly given: unknown
  readonly known: ReadonlySet<string>
}

/** The member names that an object schema knows. */
export function knownMembers(schema: TSchema | undefined): ReadonlySet<string> {
  const properties: unknown = schema && 'properties' in schema ? schema.properties : undefined
  return new Set(Object.keys(properties ?? {}))
}

/**
 * The `Warning` header (contract 1.2) that names what was ignored, or undefined. Names come from the client: they are
 * cut, and whatever could end the header or the quotation appears as `?`.
 */
export function ignoredWarning(body: Members, query: Members): string | undefined {
  const unknown: string[] = []
  collectUnknown(body, unknown)
  collectUnknown(query, unknown)
  if (unknown.length === 0) return undefined
  const names = unknown.slice(0, MAX_NAMES).map(toHeaderText)
  if (unknown.length > MAX_NAMES) names.push('...')
  return `299 agentwrit "ignored unknown fields: ${names.join(', ')}"`
}

/** Stops once it is clear that not all can be named. */
function collectUnknown({ given, known }: Members, unknown: string[]): void {
  if (typeof given !== 'object' || given === null) return
  for (const name in given) {
    if (unknown.length > MAX_NAMES) return
    if (!known.has(name)) unknown.push(name)
  }
}

function toHeaderText(name: string): string {
  const near = name.slice(0, 2 * MAX_NAME)
  return Array.from(near).slice(0, MAX_NAME).join('').replaceAll(unsafe, '?')
}
