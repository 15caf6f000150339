// An agent: one key, one task, one registration. Its status is derived from its registration session and is never
// written down; an agent that is no longer active registers again and becomes another agent.
import type { AgentStatus } from '@agentwrit/protocol'
import type { ActingApp } from '../apps/acting-app.ts'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { Outcome } from '../outcome.ts'
import type { NewSession } from '../tokens/session.ts'

export interface Agent {
  /** SPIFFE id, unique for ever. */
  readonly agentId: string
  readonly appId?: string
  readonly agentName: string
  readonly orchId: string
  readonly taskId: string
  readonly scope: readonly string[]
  /** Ed25519 public key, 32 bytes, padded standard base64. */
  readonly publicKey: string
  /** RFC 7638 thumbprint of that key. */
  readonly jkt: string
  /** The registration session. */
  readonly sid: string
  readonly lsid?: string
  /** Milliseconds since the epoch. */
  readonly registeredAt: number
}

export interface Registration {
  /** SHA-256 hex of the launch token. */
  readonly launchTokenHash: string
  readonly singleUse: boolean
  /** The launch token's app, as its ceiling was read. */
  readonly app?: ActingApp
  /** Session that made the launch token; its revocation (not its release) stops the registration. */
  readonly lsid?: string
  /** Seconds, of the token: a task whose revocation was lifted registers again from then on. */
  readonly iat: number
  /** The 32 bytes of the nonce in hex, and the instant from which it is worthless anyway (milliseconds). */
  readonly nonce: string
  readonly nonceExpiresAt: number
  readonly agent: Agent
  readonly session: NewSession
  /** Key that signs the token: still the active one when the change is decided. */
  readonly kid: string
}

export type RegistrationGuard =
  | 'launch_token_spent'
  | 'launch_token_revoked'
  | 'app_changed'
  | 'nonce_used'
  | 'task_revoked'
  | 'key_not_active'

/** An agent and what has become of it at some instant. */
export interface ObservedAgent {
  readonly agent: Agent
  readonly status: AgentStatus
  /** Seconds: when the last token of its registration ends or ended. */
  readonly expiresAt: number
}

/** Agents that agree with every member given. */
export interface AgentFilter {
  readonly appId?: string
  readonly taskId?: string
  readonly orchId?: string
  readonly status?: AgentStatus
}

export interface AgentPage {
  readonly limit: number
  /** Registration session of the last one of the page before. */
  readonly after?: string
}

export interface AgentStore {
  /** One change: consumes launch token and nonce, creates agent, session and token, or does nothing. */
  register(
    registration: Registration,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<RegistrationGuard>>
  find(agentId: string): Promise<Agent | undefined>
  /** The same as it stands at `at` (milliseconds). */
  observe(agentId: string, at: number): Promise<ObservedAgent | undefined>
  /** Newest first. */
  list(filter: AgentFilter, page: AgentPage, at: number): Promise<ObservedAgent[]>
  /** How many agents of the whole deployment have a live registration token at `at` (milliseconds). */
  countActive(at: number): Promise<number>
}
