// An agent: one key, one task, one registration. Its status is derived from its registration session and is never
// written down; an agent that is no longer active registers again and becomes another agent.
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

export interface AgentStore {
  /** One change: consumes launch token and nonce, creates agent, session and token, or does nothing. */
  register(
    registration: Registration,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<RegistrationGuard>>
  find(agentId: string): Promise<Agent | undefined>
  /** How many agents of the whole deployment have a live registration token at `at` (milliseconds). */
  countActive(at: number): Promise<number>
}
