import { Fault } from '../../domain/fault.ts'

export type JsonObject = Record<string, unknown>

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Exactly one JSON object in valid UTF-8 (contract 1.3); `null` means `{}`, and a member that is `null` is absent. Of
 * duplicate members the last counts. Else the fault to be answered, which repeats nothing of the input: it may hold a
 * secret.
 */
export function parseJsonBody(bytes: Uint8Array): JsonObject | Fault {
  const text = decode(bytes)
  if (text === undefined) return refuse('the body is not valid UTF-8')
  const value = parse(text)
  if (value === undefined) return refuse('the body is not one valid JSON value')
  // Decoded UTF-8 holds no surrogates, so a lone one can only come from an escape.
  if (text.includes('\\u') && hasLoneSurrogate(text)) {
    return refuse('a string of the body holds a lone surrogate')
  }
  if (value === null) return {}
  return isObject(value) ? withoutNulls(value) : refuse('the body is not a JSON object')
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** The error of JSON.parse quotes the input, so nobody gets to see it. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refuse(detail: string): Fault {
  return new Fault('invalid_request', detail)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutNulls(body: JsonObject): JsonObject {
  for (const name of Object.keys(body)) if (body[name] === null) delete body[name]
  return body
}

/** An escaped pair, a lone surrogate (captured), any other escape. Backslashes of valid JSON stand only in strings. */
const escapes = /\\(?:u(?:d[89ab]..\\ud[c-f]..|(d[89a-f]..)|....)|[^u])/gi

/** Looked for in the text, which costs the same however deep the value is. */
function hasLoneSurrogate(text: string): boolean {
  for (const [, lone] of text.matchAll(escapes)) if (lone !== undefined) return true
  return false
}
