import type { AppStore } from './apps/app.ts'
import type { AuditStore } from './audit/audit-event.ts'
import type { DelegationStore } from './delegation/delegation.ts'
import type { AgentStore } from './identity/agent.ts'
import type { LaunchTokenStore } from './launch-tokens/launch-token.ts'
import type { RevocationStore } from './revocation/revocation.ts'
import type { SessionStore } from './tokens/session.ts'
import type { SigningKeyStore } from './signing-keys/signing-key.ts'

/** What is kept, noun by noun. Every method that changes something is one atomic change with its audit events. */
export interface Store {
  readonly agents: AgentStore
  readonly apps: AppStore
  readonly launchTokens: LaunchTokenStore
  readonly sessions: SessionStore
  readonly delegations: DelegationStore
  readonly revocations: RevocationStore
  readonly audit: AuditStore
  readonly signingKeys: SigningKeyStore
  /** Time of the latest change, milliseconds: it never goes back, whatever the machine's clock does. */
  lastTime(): number
  /** The deployment's head row. */
  head(): Promise<StoreHead>
  /** Removes what expired more than ten minutes ago; resolves to how many rows went. */
  prune(): Promise<number>
  /** Reads and writes for real; rejects when either fails. */
  probe(): Promise<void>
  close(): Promise<void>
}

export interface StoreHead {
  /** Number of the last audit event, 0 before the first. */
  readonly seq: number
  readonly hash: string
  readonly epoch: string
  /** Seconds; tokens issued before are dead. */
  readonly notBefore: number
  /** Highest `exp` (seconds) ever issued. */
  readonly highestExp: number
}
