/** The JSON of the audit trail, as it goes over the wire (contract 4.8). Types only. */
import type { AuditEvent } from './audit-event.ts'

/** The answer of GET /v1/audit/events, ascending by `seq`. */
export interface AuditEventList {
  readonly events: AuditEvent[]
  /** Events that agree with the filters, before paging; absent with `total=false`. */
  readonly total?: number
  /** As applied. */
  readonly offset: number
  readonly limit: number
  /** Absent on the last page. */
  readonly next_cursor?: string
  /**
   * Numbers of events that belong on this page and are not shown, because the store cannot prove that the broker wrote
   * them: somebody has changed the database. Absent when there are none.
   */
  readonly unproven?: number[]
}
