// An audit event as a verb makes it. Number, time and hashes are added by the writer, in the transaction that keeps
// the change, so that the chain has no gap and nothing happens unaudited.
import type { AuditEvent } from '@agentwrit/protocol'
import type { AuditFilter, AuditPage, FoundEvents } from './audit-query.ts'
import type { OwedEvents, Tally } from '../statistics/count.ts'
import type { Relation } from './relation.ts'

export interface NewAuditEvent extends Omit<
  AuditEvent,
  'id' | 'seq' | 'timestamp' | 'hash' | 'prev_hash'
> {
  /** Every event has one, so that what is not denied is success. */
  readonly outcome: 'success' | 'denied'
  /** What else the event is about, see `Relation`: kept beside the event for searching, no part of it. */
  readonly relates_to?: Relation
}

export interface AuditStore {
  /** Appends events that rest on no other change (refusals). Throws a Fault when they cannot be kept. */
  append(events: readonly NewAuditEvent[]): Promise<void>
  /** Events from `fromSeq` on, ascending, at most `limit`. */
  read(fromSeq: number, limit: number): Promise<AuditEvent[]>
  /** The few events behind this number, ascending, at most `limit`: for whoever is nearly up to date. */
  follow(seq: number, limit: number): Promise<AuditEvent[]>
  /** Those that agree with a filter. */
  list(filter: AuditFilter, page: AuditPage): Promise<FoundEvents>
  /** What the first of these events count for: as many as are quickly read. */
  tally(owed: OwedEvents): Promise<Tally>
  /** How many events the log holds: read from the head row, constant cost. */
  count(): Promise<number>
}
