// A delegation: an agent hands a part of its authority to another one, as a session of its own with a record that binds
// who gave what to whom. Laws: scope and lifetime only ever narrow, depth is at most 5, and whatever ends the delegating
// session ends everything that was delegated from it.
import type { AgentStatus, DelegationRecord } from '@agentwrit/protocol'
import type { ActingApp } from '../apps/acting-app.ts'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { ObservedAgent } from '../identity/agent.ts'
import type { Outcome } from '../outcome.ts'
import type { PresentedSession, SessionGuard } from '../tokens/presented-session.ts'
import type { NewSession } from '../tokens/session.ts'

/** Live sessions that one session may have delegated. */
export const maxLiveDelegations = 1000
/**
 * Unexpired ones, the dead too: whoever delegates and releases in a loop must not make every further delegation look at
 * ever more rows.
 */
export const maxUnexpiredDelegations = 5000

export interface NewDelegation {
  readonly presented: PresentedSession
  /** The delegate's registration: still live. */
  readonly delegate: DelegateSession
  /** Every app of the lineage, the delegate's too: each as it was read. */
  readonly apps: readonly ActingApp[]
  readonly session: NewSession
  readonly record: DelegationRecord
  /** First delegator of the chain. */
  readonly root: string
  /** Key that signs token and record. */
  readonly kid: string
  readonly quota: Quota
}

/** What an entry could name the delegate's registration by. */
export type DelegateSession = Pick<PresentedSession, 'sid' | 'lineage'> & {
  /** Key that signed its current token. */
  readonly kid: string
  /** Milliseconds: when it was begun. */
  readonly startedAt: number
}

/** Fewer than so many sessions have been delegated that lived beyond this instant (milliseconds). */
export interface Quota {
  readonly fewerThan: number
  readonly after: number
}

export type DelegationGuard =
  | SessionGuard
  | 'app_changed'
  | 'delegate_inactive'
  | 'too_many_delegations'
  | 'key_not_active'

/** A delegated session and what has become of it at some instant. */
export interface ObservedDelegation {
  readonly sid: string
  /** Delegator and delegate. */
  readonly from: string
  readonly to: string
  /** The delegator's scope at that moment, and what of it was granted. */
  readonly scope: readonly string[]
  readonly grantedScope: readonly string[]
  /** Of the token as first issued. */
  readonly jti: string
  /** Milliseconds since the epoch. */
  readonly delegatedAt: number
  readonly state: AgentStatus
}

/** Which delegations are wanted, and how many of them at most. */
export interface DelegationQuery {
  readonly by: 'root' | 'agent' | 'task'
  readonly id: string
  /** Only those from or to an agent of this app, and only its agents. */
  readonly appId?: string
  readonly limit: number
}

export interface DelegationGraph {
  /** Oldest first. */
  readonly delegations: readonly ObservedDelegation[]
  /** Those at their ends that are still kept. */
  readonly agents: readonly ObservedAgent[]
  /** There were more to look through for an app's than can be. */
  readonly isCut: boolean
}

/** Sessions delegated from one, at one instant. */
export interface ChildCount {
  readonly unexpired: number
  readonly live: number
}

export interface DelegationStore {
  /** One change: the delegated session with its first token and its record. */
  create(
    delegation: NewDelegation,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<DelegationGuard>>
  /** Sessions delegated from this one that are unexpired at `at` (milliseconds), and how many of them live. */
  countChildren(sid: string, at: number): Promise<ChildCount>
  /** As it stands at `at` (milliseconds). */
  observe(query: DelegationQuery, at: number): Promise<DelegationGraph>
}
