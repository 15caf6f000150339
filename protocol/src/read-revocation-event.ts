/**
 * Events of the revocation stream as they came, made into what a `RevocationFollower` takes. Law: what cannot be judged
 * (another event, a level of a newer broker, a member out of its form) is no event: its reader must not go on.
 */
import type { ServerSentEvent } from './event-stream.ts'
import {
  hasForms,
  isHash,
  isHex,
  isJsonObject,
  isSeconds,
  isThumbprint,
  isTimestamp,
  isTokenId,
  type Form,
  type Forms,
} from './form.ts'
import { revocationLevels } from './revocation-target.ts'
import type { PublishedRevocation, RevocationStreamEvent } from './wire-streams.ts'

/** Entries in a part of a snapshot. */
const mostEntries = 1000

/**
 * The event, or undefined when it cannot be relied on.
 *
 * @example
 * ```ts
 * const event = readRevocationEvent({ event: 'fresh', data: '{}' }) // undefined
 * ```
 */
export function readRevocationEvent({
  event,
  data: text,
}: ServerSentEvent): RevocationStreamEvent | undefined {
  const data = parse(text)
  if (event === 'revocation' && isNumbered(data) && isPublished(data)) return { event, data }
  if (event === 'fresh' && isFresh(data)) return { event, data }
  if (event === 'snapshot' && isSnapshot(data)) return { event, data }
  return undefined
}

type DataOf<Name> = Extract<RevocationStreamEvent, { readonly event: Name }>['data']

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isNumber: Form = (value) => isSeconds(value) && Number(value) >= 1
const isEpoch: Form = (value) => isHex(value, 16)
const isId: Form = (value) => typeof value === 'string' && value.length >= 1 && value.length <= 128
const isLevel: Form = (value) => revocationLevels.some((level) => level === value)

const entry: Forms = {
  id: isId,
  level: isLevel,
  target: isHash,
  revoked_at: isTimestamp,
  exp: isSeconds,
}

/** By action: the members it must have. */
const required: Readonly<Record<PublishedRevocation['action'], Forms>> = {
  revoke: entry,
  release: entry,
  lift: { ...entry, lifted_at: isTimestamp },
  supersede: { jti: isTokenId, exp: isSeconds },
  retire_key: { kid: isThumbprint },
}

function isPublished(value: unknown): value is PublishedRevocation {
  if (!isJsonObject(value)) return false
  const { action } = value
  if (typeof action !== 'string' || !Object.hasOwn(required, action)) return false
  // oxlint-disable-next-line no-unsafe-type-assertion -- it is one of the table's own keys
  return hasForms(value, required[action as PublishedRevocation['action']], { sid: isTokenId })
}

function isNumbered(value: unknown): value is { readonly seq: number } {
  return hasForms(value, { seq: isNumber }, {})
}

function isFresh(value: unknown): value is DataOf<'fresh'> {
  return hasForms(value, { seq: isSeconds, epoch: isEpoch, as_of: isTimestamp }, {})
}

function isSnapshot(value: unknown): value is DataOf<'snapshot'> {
  const forms = {
    seq: isSeconds,
    epoch: isEpoch,
    not_before: isSeconds,
    at: isSeconds,
    part: isNumber,
    parts: isNumber,
    entries: isEntries,
  }
  return hasForms(value, forms, {})
}

function isEntries(value: unknown): boolean {
  return Array.isArray(value) && value.length <= mostEntries && value.every(isPublished)
}
