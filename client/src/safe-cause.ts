// The cause of an error is a stranger's: a `fetch` of the caller's choice may attach the request, headers and all, to what
// it throws, and quote what it sent.
import { blot } from './blot.ts'

const deepest = 6
const mostMembers = 100

/**
 * What may stand as a cause: the error as it is when all that it holds can be seen and holds none of the secrets, else a
 * plain error with its name, message and code.
 */
export function toSafeCause(cause: unknown, secrets: readonly string[], depth = 0): unknown {
  if (isHarmless(cause, secrets)) return cause
  if (!(cause instanceof Error) || depth > deepest) return undefined
  const below = toSafeCause(cause.cause, secrets, depth + 1)
  const safe = new Error(blot(cause.message, secrets), below === undefined ? {} : { cause: below })
  safe.name = blot(cause.name, secrets)
  safe.stack = `${safe.name}: ${safe.message}`
  const code: unknown = 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? Object.assign(safe, { code: blot(code, secrets) }) : safe
}

/** Anything but texts, numbers, errors and plain objects and lists of them might show something that it hides here. */
function isHarmless(value: unknown, secrets: readonly string[], depth = 0): boolean {
  if (typeof value === 'string') return blot(value, secrets) === value
  if (typeof value !== 'object' || value === null) return typeof value !== 'function'
  const isKnown = value instanceof Error || isPlain(value)
  if (!isKnown || depth > deepest) return false
  const names = Reflect.ownKeys(value)
  if (names.length > mostMembers) return false
  return names.every((name) => {
    // V8 gives the stack by a getter.
    const isReadable = name === 'stack' || !isGetter(value, name)
    const held: unknown = isReadable ? Reflect.get(value, name) : undefined
    const isQuiet = typeof name === 'symbol' || blot(name, secrets) === name
    return isReadable && isQuiet && isHarmless(held, secrets, depth + 1)
  })
}

function isGetter(value: object, name: string | symbol): boolean {
  return Object.getOwnPropertyDescriptor(value, name)?.get !== undefined
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Array.isArray(value)
}
