/** The JSON of GET /v1/audit/verify, as it goes over the wire (contract 4.21). Types only. */
import type { AuditChainFault, AuditHead } from './audit-chain.ts'
import type { Checkpoint } from './checkpoint.ts'

/**
 * Besides what can be wrong with a chain: no event of this number is there; its row does not carry the broker's MAC; it
 * is not the one that the head row names as the last; a checkpoint does not verify, or was made over another event.
 */
export type AuditVerifyFault = AuditChainFault | 'missing' | 'mac' | 'head' | 'checkpoint'

/** The answer of GET /v1/audit/verify. */
export interface VerifyAuditResponse {
  readonly ok: boolean
  /** Where checking began: as asked, but behind what retention has removed. */
  readonly from_seq: number
  /** How far checking went, or was to go before an error; whoever wants all goes on behind it, up to `head.seq`. */
  readonly to_seq: number
  /** Events found intact, from `from_seq` on. */
  readonly events_checked: number
  readonly checkpoints_checked: number
  /** The last event of all when checking began. */
  readonly head: AuditHead
  /** The newest one: kept elsewhere, it proves later that the log has reached this event. */
  readonly checkpoint?: Checkpoint
  /** The first broken event, and what is wrong with it. */
  readonly error?: { readonly seq: number; readonly reason: AuditVerifyFault }
}
