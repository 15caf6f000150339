import type { NewAuditEvent } from './audit-event.ts'
import type { Origin } from './refusal.ts'

/** The event with the request that caused it. */
export function withOrigin(
  { requestId, sourceIp }: Origin,
  event: Omit<NewAuditEvent, 'request_id' | 'source_ip'>,
): NewAuditEvent {
  return { ...event, request_id: requestId, source_ip: sourceIp }
}
