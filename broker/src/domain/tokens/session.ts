// A session starts with a login, a registration or a delegation and has exactly one live token, replaced by each
// renewal. The database decides which token that is (compare-and-set on `currentJti`), never timing. A session is never
// marked dead: it is over when its token expired, its age is reached, or a revocation entry names it or a session it
// descends from.
import type { ActingApp } from '../apps/acting-app.ts'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { Outcome } from '../outcome.ts'
import type { Revocation } from '../revocation/revocation.ts'
import type { Renewal, RenewalRepeat, Repeatable } from './renewal.ts'

export type SessionKind = 'admin' | 'operator' | 'app' | 'agent' | 'delegated'

export interface Session {
  readonly sid: string
  readonly kind: SessionKind
  readonly sub: string
  readonly appId?: string
  /** Launching session. */
  readonly lsid?: string
  readonly taskId?: string
  readonly orchId?: string
  /** Scope of the current token, in the order requested. */
  readonly scope: readonly string[]
  readonly currentJti: string
  /** Seconds since the epoch, as in the token. */
  readonly currentExp: number
  /** First granted lifetime in seconds; each renewal asks for it again. */
  readonly lifetime: number
  /** Milliseconds since the epoch, both; `endsAt` = start + `AA_MAX_SESSION_AGE`. */
  readonly startedAt: number
  readonly endsAt: number
  /** Of a delegated session. */
  readonly delegated?: Delegated
}

/** Where a delegated session comes from. */
export interface Delegated {
  /** The delegating session. */
  readonly parentSid: string
  /** What every token of the session says in `chain_hash`. */
  readonly chainHash: string
  /** Records in the chain, at least 1. */
  readonly depth: number
}

/** A session with its first token, which `currentJti` and `currentExp` name. */
export type NewSession = Session

/** The bearer under which a change is made: guarded again in the change's own transaction. */
export interface PresentedSession {
  readonly sid: string
  readonly jti: string
  /** The app whose bearer it is: guarded as well. */
  readonly app?: ActingApp
}

export type SessionGuard = 'session_not_current' | 'session_over'

export interface TokenSwap {
  readonly sid: string
  /** The launching session, if any: it is kept as long as what it launched. */
  readonly lsid?: string
  readonly oldJti: string
  /** Seconds: the record of the renewal is kept until then. */
  readonly oldExp: number
  readonly newJti: string
  /** Seconds since the epoch. */
  readonly newExp: number
  readonly scope: readonly string[]
  /** In whose name it is renewed. */
  readonly app?: ActingApp
  /** Key that signs the successor. */
  readonly kid: string
  /** For a renewal that was asked for with an idempotency key. */
  readonly repeatable?: Repeatable
}

export interface SessionStore {
  /** One change: a login's session and first token. */
  begin(
    session: NewSession,
    kid: string,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<'key_not_active'>>
  find(sid: string): Promise<Session | undefined>
  /** One change: the successor replaces the session's current token. Of any number of swaps of one token one is kept. */
  renew(
    swap: TokenSwap,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<SessionGuard | 'session_too_old' | 'app_changed' | 'key_not_active'>>
  /** How this token got its successor. */
  findRenewal(oldJti: string): Promise<Renewal | undefined>
  /** One change that writes nothing but its events: the successor is live, and its renewal a moment ago. */
  repeatRenewal(
    repeat: RenewalRepeat,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<SessionGuard | 'too_late'>>
  /** One change: an entry that ends the session, made after this instant (milliseconds). */
  endReused(
    entry: Revocation,
    after: number,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<SessionGuard | 'too_early'>>
  /**
   * One change: an entry that ends the session. `session_over` when an entry ends it already, `session_not_current`
   * when there is no such session.
   */
  release(entry: Revocation, events: readonly NewAuditEvent[]): Promise<Outcome<SessionGuard>>
}
