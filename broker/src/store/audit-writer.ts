import { hash } from 'node:crypto'
import { auditEventId, auditHashInput, type AuditEvent } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../domain/audit/audit-event.ts'
import type { Row } from './table.ts'
import { toAuditEventRow } from './tables/audit-events.ts'
import type { Head } from './tables/head.ts'

/** Links events to the chain: the rows to insert, and the head that they lead to. */
export function chainEvents(
  head: Head,
  events: readonly NewAuditEvent[],
  at: number,
): { head: Head; rows: Row[] } {
  const timestamp = new Date(at).toISOString()
  const rows: Row[] = []
  let { seq, hash: previous } = head
  for (const { relates_to: relatesTo, ...event } of events) {
    seq += 1
    const chained = link({ ...event, id: auditEventId(seq), seq, timestamp, prev_hash: previous })
    rows.push(toAuditEventRow(chained, { at, relatesTo }))
    previous = chained.hash
  }
  return { head: { ...head, seq, hash: previous }, rows }
}

function link(event: Omit<AuditEvent, 'hash'>): AuditEvent {
  return { ...event, hash: hash('sha256', auditHashInput(event)) }
}
