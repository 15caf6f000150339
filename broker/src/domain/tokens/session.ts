// A session starts with a login, a registration or a delegation and has exactly one live token, replaced by each
// renewal. The database decides which token that is (compare-and-set on `currentJti`), never timing. A session is never
// marked dead: it is over when its token expired, its age is reached, or a revocation entry names it or a session it
// descends from.
import type { ActingApp } from '../apps/acting-app.ts'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { FailedGuard, KeptChange, Outcome } from '../outcome.ts'
import type { Ended, Revocation } from '../revocation/revocation.ts'
import type { PresentedSession, SessionGuard } from './presented-session.ts'
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
  /** SHA-256 hex of the current token. */
  readonly currentHash: string
  /** Key that signed the current token. */
  readonly kid: string
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
export type NewSession = Omit<Session, 'kid'>

export interface TokenSwap {
  /** The token that is replaced. */
  readonly presented: PresentedSession
  /** Seconds: the record of the renewal is kept until then. */
  readonly oldExp: number
  /** The launching session, if any: it is kept as long as what it launched. */
  readonly lsid?: string
  /** The delegating session, if any: it is live, and at least as long as the successor. */
  readonly delegator?: Pick<Session, 'sid' | 'kid'>
  /** In whose name it is renewed: each as it was read, if that mattered. */
  readonly apps: readonly ActingApp[]
  readonly newJti: string
  /** SHA-256 hex of the successor. */
  readonly newHash: string
  /** Seconds since the epoch. */
  readonly newExp: number
  readonly scope: readonly string[]
  /** The successor may do less than the token it replaces. */
  readonly isNarrowed: boolean
  /** Key that signs the successor. */
  readonly kid: string
  /** For a renewal that was asked for with an idempotency key. */
  readonly repeatable?: Repeatable
  /** Ends every session delegated from this one whose token would outlive the successor. */
  readonly ending?: Revocation
}

export type RenewalGuard =
  | SessionGuard
  | 'session_too_old'
  | 'delegator_over'
  | 'app_changed'
  | 'key_not_active'

/** A token as it was issued: nothing else with its ids is it. */
export interface IssuedToken {
  readonly sid: string
  /** SHA-256 hex of the token. */
  readonly hash: string
}

export interface SessionStore {
  /** One change: a login's session and first token. */
  begin(
    session: NewSession,
    kid: string,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<'key_not_active'>>
  find(sid: string): Promise<Session | undefined>
  /** A superseded one, too. */
  findIssued(jti: string): Promise<IssuedToken | undefined>
  /** The session that this token, a superseded one too, was issued for. */
  findByToken(jti: string): Promise<Session | undefined>
  /** One change: the successor replaces the session's current token. Of any number of swaps of one token one is kept. */
  renew(
    swap: TokenSwap,
    events: readonly NewAuditEvent[],
  ): Promise<FailedGuard<RenewalGuard> | (KeptChange & Ended)>
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
   * One change: an entry that ends the session. `session_over` when an entry ends it already, or, with `presented`, one
   * that it descends from; `session_not_current` when there is no such session.
   */
  release(
    entry: Revocation,
    events: readonly NewAuditEvent[],
    presented?: PresentedSession,
  ): Promise<Outcome<SessionGuard>>
}
