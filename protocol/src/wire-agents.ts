/** The JSON of agents, as it goes over the wire (contract 3.4, 4.18, 4.30). Types only; times are RFC 3339 in UTC. */

/** Whether an agent has a live token, and why not (contract 3.4). */
export type AgentStatus = 'active' | 'expired' | 'released' | 'revoked'

/** An agent as operators and its app see it. */
export interface AgentInfo {
  /** SPIFFE id. */
  readonly agent_id: string
  /** Absent for an agent that an operator launched. */
  readonly app_id?: string
  readonly agent_name: string
  readonly orch_id: string
  readonly task_id: string
  /** As registered; a renewal may have narrowed the scope of its tokens since. */
  readonly scope: string[]
  /** RFC 7638 thumbprint of its key. */
  readonly jkt: string
  readonly status: AgentStatus
  readonly registered_at: string
  /** When its last token ends or ended. */
  readonly expires_at: string
}

/** The answer of GET /v1/agents, newest first. */
export interface AgentList {
  readonly agents: AgentInfo[]
  /** Absent on the last page. */
  readonly next_cursor?: string
}

/** The answer of GET /v1/agents/{id}/key (contract 4.30): lets a peer tie a key to an id. */
export interface AgentKeyInfo {
  readonly agent_id: string
  /** Padded standard base64 of the 32 bytes of an Ed25519 public key. */
  readonly public_key: string
  /** RFC 7638 thumbprint of it. */
  readonly jkt: string
  readonly task_id: string
  readonly orch_id: string
  readonly app_id?: string
  readonly status: AgentStatus
}
