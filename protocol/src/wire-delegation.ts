/**
 * The JSON of delegation, as it goes over the wire (contract 4.6, 4.29). Types only; times are RFC 3339 in UTC with three
 * fractional digits where nothing else is said.
 */
import type { DelegationRecord } from './delegation-chain.ts'
import type { AgentStatus } from './wire-agents.ts'

/** The body of POST /v1/delegate (contract 4.6). */
export interface DelegateRequest {
  /** Agent id of whoever receives the token. */
  readonly delegate_to: string
  /** Within the scope of the presented token. */
  readonly scope: string[]
  /** Seconds, 60 by default; never longer than the presented token lives. 0 means absent. */
  readonly ttl?: number
}

/** The answer of POST /v1/delegate: a token for the delegate, and the chain that it holds, oldest record first. */
export interface DelegateResponse {
  readonly access_token: string
  readonly expires_in: number
  readonly delegation_chain: DelegationRecord[]
}

/** The answer of GET /v1/delegations (contract 4.29): who handed what to whom. */
export interface DelegationTree {
  readonly nodes: DelegationNode[]
  /** Oldest first. */
  readonly edges: DelegationEdge[]
  /** There are more than 5 000 edges; the rest is left out. */
  readonly truncated: boolean
}

/** An agent of a delegation tree. */
export interface DelegationNode {
  readonly agent_id: string
  readonly app_id?: string
  readonly task_id: string
  readonly status: AgentStatus
  /** When the registration's last token ends or ended. */
  readonly expires_at: string
}

/** One delegation: the session `sid` that `from` gave to `to`. */
export interface DelegationEdge {
  readonly from: string
  readonly to: string
  /** The delegator's scope at that moment, and what of it was granted. */
  readonly scope: string[]
  readonly granted_scope: string[]
  /** Of the delegated token as first issued. */
  readonly jti: string
  readonly sid: string
  /** Of the delegated session now. */
  readonly state: AgentStatus
  readonly delegated_at: string
}
