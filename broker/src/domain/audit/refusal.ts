import type { NewAuditEvent } from './audit-event.ts'

/** Where a request came from: goes into every audit event it causes. */
export interface Origin {
  readonly requestId: string
  /** The client address after the walk over trusted proxies. */
  readonly sourceIp: string
  /** Route template such as `/v1/register`, never the raw path. */
  readonly route: string
}

/**
 * A refusal to be audited. It says nothing of request and source: these are added by whoever answers the request,
 * which also groups repeats (contract 5.3).
 */
export interface Refusal {
  readonly event: Omit<NewAuditEvent, 'request_id' | 'source_ip' | 'repeat_count'>
  /** The `jti` of the verified bearer, by which repeats are grouped; without it they are grouped by source. */
  readonly verifiedJti?: string
  /** Grouped apart from all others of its type: what must not be lost among the noise. */
  readonly apart?: string
}
