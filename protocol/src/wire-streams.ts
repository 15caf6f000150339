/**
 * The JSON of event streams, as it goes over the wire (contract 1.9, 4.19, 4.20). Types only; times are RFC 3339 in UTC
 * with three fractional digits, `exp` is whole seconds since 1970.
 */
import type { RevocationLevel } from './revocation-target.ts'

/** An entry was made, or its end was set: level, target and session as of contract 2.7. */
export interface PublishedEntry {
  /** `release`: what the session has launched lives on. `lift`: an entry that has `lifted_at`. */
  readonly action: 'revoke' | 'release' | 'lift'
  readonly id: string
  readonly level: RevocationLevel
  /** SHA-256 in hex, see `publishedTargetInput`. */
  readonly target: string
  readonly sid?: string
  readonly revoked_at: string
  /** From then on it covers nothing alive. */
  readonly exp: number
  readonly lifted_at?: string
}

/** A token died whose successor may do less. */
export interface PublishedSupersession {
  readonly action: 'supersede'
  readonly jti: string
  readonly exp: number
}

/** Nothing that this key has signed is accepted any more, whatever a cached key set says. */
export interface PublishedKeyEnd {
  readonly action: 'retire_key'
  readonly kid: string
}

/** What a verifier must know to refuse a token that it would accept otherwise. */
export type PublishedRevocation = PublishedEntry | PublishedSupersession | PublishedKeyEnd

/** The data of `event: revocation`. Numbers have no gaps. */
export type RevocationChange = PublishedRevocation & { readonly seq: number }

/** The data of `event: fresh`: all changes up to `seq` have been sent, and the broker knew of all before `as_of`. */
export interface RevocationFresh {
  readonly seq: number
  readonly epoch: string
  readonly as_of: string
}

/** The data of `event: snapshot`: a part of all that can still matter at `seq`. */
export interface RevocationSnapshot {
  readonly seq: number
  readonly epoch: string
  /** Seconds: tokens issued before are dead. */
  readonly not_before: number
  /** Seconds: what covers only tokens that had expired by then is left out. */
  readonly at: number
  /** From 1. */
  readonly part: number
  readonly parts: number
  /** At most 1 000. */
  readonly entries: PublishedRevocation[]
}

/** One event of the revocation stream. */
export type RevocationStreamEvent =
  | { readonly event: 'revocation'; readonly data: RevocationChange }
  | { readonly event: 'fresh'; readonly data: RevocationFresh }
  | { readonly event: 'snapshot'; readonly data: RevocationSnapshot }
