/**
 * Forms of members: what a value that came from outside must look like before it gets a type.
 * Laws: a form looks at a value without changing it and never throws; only own members count, so
 * nothing is inherited from a prototype; every text and list is bounded.
 */
import { parseAgentId, isPathName } from './agent-id.ts'
import { decodeBase64url } from './encoding.ts'
import { maxScopes, parseScope } from './scope.ts'

export type Form = (value: unknown) => boolean
export type Forms = Readonly<Record<string, Form>>

/** Whether `value` is an object that has every required member, and optional ones only in their form. */
export function hasForms(value: unknown, required: Forms, optional: Forms): value is object {
  if (!isJsonObject(value)) return false
  return (
    Object.entries(required).every(
      ([name, isForm]) => Object.hasOwn(value, name) && isForm(value[name]),
    ) &&
    Object.entries(optional).every(
      ([name, isForm]) => !Object.hasOwn(value, name) || isForm(value[name]),
    )
  )
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isHex(value: unknown, length: number): value is string {
  return typeof value === 'string' && value.length === length && /^[0-9a-f]*$/.test(value)
}

/** 128 bits in hex: `jti`, `sid`, `lsid`. */
export const isTokenId: Form = (value) => isHex(value, 32)
/** A SHA-256 in hex. */
export const isHash: Form = (value) => isHex(value, 64)
/** An Ed25519 signature in hex. */
export const isHexSignature: Form = (value) => isHex(value, 128)
export const isSeconds: Form = (value) => Number.isSafeInteger(value) && Number(value) >= 0
export const isName: Form = (value) => typeof value === 'string' && isPathName(value)
export const isAgentId: Form = (value) =>
  typeof value === 'string' && parseAgentId(value) !== undefined

/** 32 bytes in base64url: an Ed25519 public key (`x`) or an RFC 7638 thumbprint (`kid`, `jkt`). */
export const isThumbprint: Form = (value) =>
  typeof value === 'string' && value.length === 43 && decodeBase64url(value) !== undefined

/** RFC 3339 in UTC with exactly three fractional digits, a date that exists. */
export const isTimestamp: Form = (value) => {
  if (typeof value !== 'string' || value.length !== 24) return false
  const milliseconds = Date.parse(value)
  return Number.isFinite(milliseconds) && new Date(milliseconds).toISOString() === value
}

/** 1 to 100 scopes. */
export const isScopeList: Form = (value) =>
  isList(value, maxScopes, (item) => typeof item === 'string' && parseScope(item) !== undefined)

/** A list of 1 to `max` items, each in the form. Holes count as undefined. */
export function isList(value: unknown, max: number, isItem: Form): boolean {
  if (!Array.isArray(value) || value.length < 1 || value.length > max) return false
  return Array.from<unknown>(value).every(isItem)
}
