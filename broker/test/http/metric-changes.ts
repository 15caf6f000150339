// How the series of contract section 8 change, each as it stands on the page of the metrics.
import type { AuditEventType } from '@agentwrit/protocol'

export type Changes = Readonly<Record<string, number>>

export const issued = (kind: string): Changes => series('tokens_issued_total', { kind })

export const killed = (level: string, count: number): Changes =>
  series('tokens_revoked_total', { level }, count)

export const registered = (status: string): Changes => series('registrations_total', { status })

export const signedIn = (status: string): Changes => series('admin_auth_total', { status })

export const launched: Changes = series('launch_tokens_created_total')

/** Of agents with status active. */
export const agents = (change: number): Changes => series('active_agents', {}, change)

export const skewed: Changes = series('clock_skew_total')

export const unknownSession: Changes = series('unknown_session_total')

export const failed = (operation: string): Changes => series('db_errors_total', { operation })

export const answered = (endpoint: string, statusClass: string, times = 1): Changes =>
  series('request_duration_seconds_count', { endpoint, status_class: statusClass }, times)

/** One write of the audit log, with these events. */
export function written(...types: AuditEventType[]): Changes {
  const events = types.map((type) => series('audit_events_total', { event_type: type }))
  return Object.assign({}, ...events, series('audit_write_duration_seconds_count'))
}

/** The same, each event in a write of its own. */
export function writtenApart(...types: AuditEventType[]): Changes {
  return { ...written(...types), ...series('audit_write_duration_seconds_count', {}, types.length) }
}

function series(name: string, labels: Readonly<Record<string, string>> = {}, change = 1): Changes {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  const inBraces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`
  return { [`agentwrit_${name}${inBraces}`]: change }
}
