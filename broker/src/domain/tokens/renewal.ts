// A renewal replaces one token by one successor, once. Its record says when; if it was asked for with an idempotency
// key, also what the successor says. Laws (contract 4.4): whoever shows the old token, that key and the same body again
// within 30 s gets the same successor, to the last byte, as long as that is live; an old token that is shown without
// the key more than 10 s after it was replaced is held by two.
import { timingSafeEqual } from 'node:crypto'
import { canonicalize, type Claims } from '@agentwrit/protocol'
import type { ActingApp } from '../apps/acting-app.ts'
import { Fault } from '../fault.ts'
import type { PresentedSession } from './presented-session.ts'
import { sha256 } from './sha-256.ts'

export interface Renewal {
  readonly oldJti: string
  readonly newJti: string
  /** Milliseconds, by the store's time. */
  readonly renewedAt: number
  /** Key that signed the successor. */
  readonly kid: string
  /** For one that was asked for with an idempotency key. */
  readonly repeatable?: Repeatable
}

/** What the repeat of a renewal is known by, and what it is answered from. */
export interface Repeatable {
  /** SHA-256 in hex, both: of the idempotency key, and of the body in canonical form. */
  readonly keyHash: string
  readonly bodyHash: string
  /** Of the successor, its members in the order in which they were signed. */
  readonly claims: Claims
}

/** What the change behind a repeat's answer guards. */
export interface RenewalRepeat {
  /** The successor. */
  readonly successor: PresentedSession
  /** The apps of its lineage. */
  readonly apps: readonly ActingApp[]
  /** Milliseconds: when it is too late. */
  readonly before: number
}

/** What a renewal is asked for with. */
export interface WantedRenewal {
  /** Absent: the scope stays as it is. */
  readonly scope?: readonly string[]
  readonly idempotencyKey?: string
}

/** Milliseconds after a renewal in which it can be repeated. */
export const repeatableFor = 30_000
/** Milliseconds after which showing the old token is no slow or repeated request any more. */
export const reuseAfter = 10_000

/** Whether the renewal was asked for with this key. */
export function isKeyOf({ repeatable }: Renewal, idempotencyKey: string | undefined): boolean {
  if (repeatable === undefined || idempotencyKey === undefined) return false
  const hashes = [repeatable.keyHash, sha256(idempotencyKey)] as const
  const [own, shown] = [Buffer.from(hashes[0], 'hex'), Buffer.from(hashes[1], 'hex')]
  return own.length === shown.length && timingSafeEqual(own, shown)
}

/** What is kept of a renewal, so that it can be repeated. */
export function toRepeatable(wanted: WantedRenewal, claims: Claims): Repeatable | undefined {
  if (wanted.idempotencyKey === undefined) return undefined
  return { keyHash: sha256(wanted.idempotencyKey), bodyHash: hashBody(wanted), claims }
}

/** Bodies are compared as they were understood: unknown members and spelling do not matter. */
export function hashBody({ scope }: WantedRenewal): string {
  return sha256(canonicalize(scope === undefined ? {} : { scope: [...scope] }))
}

/** The value of the header `Idempotency-Key`; one that nobody may use is refused. */
export function requireIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && /^[\x21-\x7e]{22,128}$/.test(header)) return header
  throw new Fault('invalid_request', 'Idempotency-Key must be 22 to 128 visible ASCII characters')
}
