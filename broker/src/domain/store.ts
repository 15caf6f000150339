import type { AppStore } from './apps/app.ts'
import type { AuditStore } from './audit/audit-event.ts'
import type { AuditIntegrityStore } from './audit/audit-integrity.ts'
import type { DelegationStore } from './delegation/delegation.ts'
import type { EpochStore, HighWater } from './epoch/epoch.ts'
import type { AgentStore } from './identity/agent.ts'
import type { LaunchTokenStore } from './launch-tokens/launch-token.ts'
import type { RevocationStore } from './revocation/revocation.ts'
import type { SessionStore } from './tokens/session.ts'
import type { SigningKeyStore } from './signing-keys/signing-key.ts'
import type { ChangeStore } from './streams/change.ts'

/** What is kept, noun by noun. Every method that changes something is one atomic change with its audit events. */
export interface Store {
  readonly agents: AgentStore
  readonly apps: AppStore
  readonly launchTokens: LaunchTokenStore
  readonly sessions: SessionStore
  readonly delegations: DelegationStore
  readonly revocations: RevocationStore
  readonly changes: ChangeStore
  readonly audit: AuditStore
  readonly integrity: AuditIntegrityStore
  readonly signingKeys: SigningKeyStore
  readonly epochs: EpochStore
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

export interface StoreHead extends HighWater {
  /** Highest `exp` (seconds) ever issued. */
  readonly highestExp: number
  /** Number of the last change that verifiers are told of, 0 before the first. */
  readonly streamSeq: number
  /** Number and hash of the last audit event that retention has removed; 0 and the hash of none before the first. */
  readonly prunedSeq: number
  readonly prunedHash: string
}
