import type { AuditEvent, AuditEventList, AuditEventType } from '@agentwrit/protocol'
import { tailAudit } from './audit-tail.ts'
import type { AuditTailFilter, TailedAuditEvent } from './audit-tail.ts'
import type { Broker } from './broker.ts'
import { documentOf } from './document.ts'
import { readPages } from './pages.ts'
import type { ListOptions } from './pages.ts'
import type { StandingSession } from './standing-session.ts'

/**
 * Which events a list is to hold: those that agree with every member given.
 *
 * @example
 * ```ts
 * const denied: AuditFilter = { taskId: 'monthly', outcome: 'denied', since: new Date('2026-10-01T00:00:00Z') }
 * for await (const { timestamp, actor, detail } of operator.listAuditEvents(denied)) {
 *   console.log(timestamp, actor, detail)
 * }
 * ```
 */
export interface AuditFilter extends ListOptions {
  readonly agentId?: string
  readonly taskId?: string
  readonly appId?: string
  readonly eventType?: AuditEventType
  readonly outcome?: 'success' | 'denied'
  /** Events with this token as their own `jti`. */
  readonly jti?: string
  /**
   * The whole life of a credential, by the `jti` of any token that it ever was: who gave it, from the login on; what was
   * done with it, through all its renewals; what it handed on; what ended it.
   */
  readonly credential?: string
  /** Both inclusive. */
  readonly since?: Date
  readonly until?: Date
}

const isPage = documentOf<AuditEventList>({ events: 'array', limit: 'number' })

/** The audit trail, as far as whoever has signed in may see it. */
export class AuditTrail {
  readonly #broker: Broker
  readonly #session: StandingSession

  constructor(broker: Broker, session: StandingSession) {
    this.#broker = broker
    this.#session = session
  }

  async *list(filter: AuditFilter): AsyncGenerator<AuditEvent, void, undefined> {
    const {
      agentId,
      taskId,
      appId,
      eventType,
      outcome,
      jti,
      credential,
      since,
      until,
      ...options
    } = filter
    const query = {
      agent_id: agentId,
      task_id: taskId,
      app_id: appId,
      event_type: eventType,
      outcome,
      jti,
      credential,
      since: since?.toISOString(),
      until: until?.toISOString(),
      // Counting them all for each page would be for nobody.
      total: 'false',
    }
    const list = { path: '/v1/audit/events', isPage, query }
    for await (const { events } of readPages(this.#session, list, options)) yield* events
  }

  tail(filter: AuditTailFilter): AsyncGenerator<TailedAuditEvent, void, undefined> {
    return tailAudit(this.#broker.transport, this.#session, filter)
  }

  async *export(filter: AuditFilter): AsyncGenerator<string, void, undefined> {
    for await (const event of this.list({ pageSize: 1000, ...filter }))
      yield `${JSON.stringify(event)}\n`
  }
}
