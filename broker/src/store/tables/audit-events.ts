import type { AuditEvent } from '@agentwrit/protocol'
import { readText } from '../read-column.ts'
import type { Row, TableDescription } from '../table.ts'

/** The whole event as JSON; the other columns repeat what filters ask for. */
export const auditEvents = {
  name: 'audit_events',
  columns: {
    seq: 'integer',
    event: 'text',
    happened_at: 'milliseconds',
    event_type: 'text',
    outcome: 'text',
    agent_id: 'text',
    task_id: 'text',
    app_id: 'text',
    jti: 'text',
    relates_to: 'text',
  },
  key: ['seq'],
  mac: true,
} as const satisfies TableDescription

export function toAuditEventRow(
  event: AuditEvent,
  { at, relatesTo }: { readonly at: number; readonly relatesTo: string | undefined },
): Row {
  return {
    seq: event.seq,
    event: JSON.stringify(event),
    happened_at: at,
    event_type: event.event_type,
    outcome: event.outcome ?? null,
    agent_id: event.agent_id ?? null,
    task_id: event.task_id ?? null,
    app_id: event.app_id ?? null,
    jti: event.jti ?? null,
    relates_to: relatesTo ?? null,
  }
}

/** The row's MAC has been checked, so the JSON is what we wrote. */
export function toAuditEvent(row: Row): AuditEvent {
  const event: AuditEvent = JSON.parse(readText(row, 'event'))
  return event
}
