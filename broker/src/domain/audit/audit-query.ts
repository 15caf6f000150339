import type { AuditEvent, AuditEventType } from '@agentwrit/protocol'

/** What a list of events is to hold: those that agree with every member given. */
export interface AuditFilter {
  readonly agentId?: string
  readonly taskId?: string
  readonly appId?: string
  readonly eventType?: AuditEventType
  readonly outcome?: 'success' | 'denied'
  /** Events whose own `jti` this is. */
  readonly jti?: string
  /** Everything about the session that this token is, or was, the token of: who gave it, what it did, what ended it. */
  readonly credential?: string
  /** Milliseconds, both inclusive. */
  readonly since?: number
  readonly until?: number
}

export interface AuditPage {
  readonly limit: number
  /** Skips so many of those that agree. */
  readonly offset: number
  /** Begins behind the event of this number. */
  readonly after?: number
  readonly isCounted: boolean
}

export interface FoundEvents {
  /** Ascending. */
  readonly events: AuditEvent[]
  /** Numbers on this page that stand in the store but cannot be proven: their MAC is wrong. */
  readonly unproven: number[]
  /** How many agree, whatever the page. */
  readonly total?: number
  /** The number of the last event of the page, if others follow. */
  readonly next?: number
}
