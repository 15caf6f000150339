// A revocation entry: what is dead, since when, by whom. Entries are the only record of death (rows of tokens and
// agents are never marked), they are committed before they are answered, and they are kept until no token they cover
// can be alive any more. Which tokens an entry covers is stated once, by `matchesRevocation` of the protocol.
import type { RevocationLevel } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { FailedGuard, KeptChange, Outcome } from '../outcome.ts'
import type { PresentedSession, SessionGuard } from '../tokens/presented-session.ts'

export interface Revocation {
  readonly id: string
  readonly level: RevocationLevel
  readonly target: string
  /** The session a `token` entry ends; absent when nobody knows the token. */
  readonly sid?: string
  /** A release ends what was delegated from the session, but not what was launched from it. */
  readonly released: boolean
  readonly reason?: string
  readonly actor: string
  /** The entry about all sessions of an app or operator that this one, about a single session, belongs to. */
  readonly partOf?: string
}

/** An entry as kept: with the batch's time (milliseconds) and the second after which it covers nothing alive. */
export interface KeptRevocation extends Revocation {
  readonly revokedAt: number
  readonly keepUntil: number
  /** Number of the audit event that tells of it: the order of entries. */
  readonly seq: number
  /** Live tokens that it killed, once they have been counted; a lower bound unless complete. */
  readonly killed?: number
  readonly isComplete?: boolean
  /** Level `task`, milliseconds, a whole second: tokens issued from then on are not concerned. */
  readonly liftedAt?: number
  readonly liftedBy?: string
}

/** Seconds (the end of the year 9999): a task stays revoked until somebody lifts that. */
export const untilLifted = 253_402_300_799

/** Whether a target of level `agent` is no agent but stands for the sessions of an app or an operator. */
export function isPrincipal(target: string): boolean {
  return target === 'admin' || target.startsWith('app:') || target.startsWith('operator:')
}

/** The entry as the change has kept it. */
export function toKept(
  entry: Revocation,
  {
    at,
    highestExp,
    seq,
  }: { readonly at: number; readonly highestExp: number; readonly seq: number },
): KeptRevocation {
  const keepUntil = entry.level === 'task' ? untilLifted : highestExp
  return { ...entry, revokedAt: at, keepUntil, seq }
}

/** Live tokens that an entry has killed, or would kill; a lower bound unless complete. */
export interface Effect {
  readonly killed: number
  readonly isComplete: boolean
}

/** What a preview is asked for. */
export interface Foresight {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Milliseconds of waiting and counting. */
  readonly within: number
  /** Only agents of this app are named. */
  readonly appId?: string
}

/** Whom it would hit. */
export interface Foreseen extends Effect {
  /** Live tokens by the length of their chain, from 0. */
  readonly byDepth: readonly number[]
  /** The first hundred agents that would lose one, in the order of their sessions. */
  readonly agents: readonly string[]
}

export interface EntryEffect extends Effect {
  readonly entry: KeptRevocation
}

/** Entries that agree with every member given. */
export interface RevocationFilter {
  readonly level?: RevocationLevel
  readonly target?: string
  readonly isInForce?: boolean
}

export interface RevocationPage {
  readonly limit: number
  /** The last one of the page before. */
  readonly after?: { readonly seq: number; readonly id: string }
}

/** The bearer of an app is guarded together with its app. */
export type RevokingGuard = SessionGuard | 'app_changed'

/** Entries that a change has made about sessions it found. */
export interface Ended {
  readonly ended: readonly KeptRevocation[]
}

export interface RevocationStore {
  /** Every entry that may cover a token alive at `at` (milliseconds): the index is built from these. */
  inForce(at: number): Promise<KeptRevocation[]>
  /** One change: the entry, unless one that was never lifted stands for the same level and target. */
  revoke(
    entry: Revocation,
    presented: PresentedSession,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<RevokingGuard | 'revoked_already'>>
  /** One change: the entry about a principal, and one for each session of it that is kept. */
  revokePrincipal(
    entry: Revocation,
    presented: PresentedSession,
    events: readonly NewAuditEvent[],
  ): Promise<FailedGuard<RevokingGuard> | (KeptChange & Ended)>
  /** One change that writes nothing but its events: the entry stands, and was not lifted. */
  repeat(
    id: string,
    presented: PresentedSession,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<RevokingGuard | 'lifted'>>
  find(id: string): Promise<KeptRevocation | undefined>
  /** The one entry for level and target that was never lifted; releases, and all about principals, apart. */
  findStanding(level: RevocationLevel, target: string): Promise<KeptRevocation | undefined>
  /** Newest first, releases too; the parts of an entry about a principal are not listed. */
  list(filter: RevocationFilter, page: RevocationPage, at: number): Promise<KeptRevocation[]>
  /** What the entry would kill at `at`; counting ends after `within` milliseconds. */
  foresee(entry: Revocation, foresight: Foresight): Promise<Foreseen>
  /** What the entry has killed, as of its own place in the order of entries. */
  measure(entry: KeptRevocation, within: number): Promise<Effect>
  /** One change: each entry tells what it killed, unless one of them does already. */
  noteEffects(
    effects: readonly EntryEffect[],
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<'noted_already'>>
  /** One change: the entry about a task ends on the first whole second after 3 s, unless somebody has lifted it. */
  lift(
    entry: Pick<Revocation, 'id'>,
    by: { readonly actor: string; readonly presented: PresentedSession },
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<SessionGuard | 'lifted_already'>>
}
