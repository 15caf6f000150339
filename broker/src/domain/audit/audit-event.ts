// An audit event as a verb makes it. Number, time and hashes are added by the writer, in the transaction that keeps
// the change, so that the chain has no gap and nothing happens unaudited.
import type { AuditEvent } from '@agentwrit/protocol'

export type NewAuditEvent = Omit<AuditEvent, 'id' | 'seq' | 'timestamp' | 'hash' | 'prev_hash'>

export interface AuditStore {
  /** Appends events that rest on no other change (refusals). Throws a Fault when they cannot be kept. */
  append(events: readonly NewAuditEvent[]): Promise<void>
  /** Events from `fromSeq` on, ascending, at most `limit`. */
  read(fromSeq: number, limit: number): Promise<AuditEvent[]>
  /** How many events the log holds: read from the head row, constant cost. */
  count(): Promise<number>
}
