import { memberMeanings } from './member-meanings.ts'

/**
 * The same document, in which every member of a schema and every parameter says what it means: as its schema has it, else
 * as its name has it in all of the API.
 */
export function describeMembers(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(describeMembers)
  if (!isObject(part)) return part
  const inner = mapValues(part, (_, value) => describeMembers(value))
  const { properties, in: place, name } = inner
  if (isObject(properties)) return { ...inner, properties: mapValues(properties, described) }
  return typeof place === 'string' ? described(String(name), inner) : inner
}

type Json = Record<string, unknown>

function described(name: string, schema: unknown): unknown {
  const meaning = memberMeanings.get(name)
  if (!isObject(schema) || 'description' in schema || meaning === undefined) return schema
  return { description: meaning, ...schema }
}

function mapValues(object: Json, map: (name: string, value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(name, value)]))
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
