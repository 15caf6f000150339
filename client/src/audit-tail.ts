import type { AuditEvent } from '@agentwrit/protocol'
import type { AuditFilter } from './audit-trail.ts'
import { documentOf } from './document.ts'
import { TransportError } from './errors.ts'
import { followStream } from './follow-stream.ts'
import type { CallOptions } from './options.ts'
import { toQuery } from './pages.ts'
import type { StandingSession } from './standing-session.ts'
import type { Transport } from './transport.ts'

/**
 * Which events a tail is to show: those that agree with every member given.
 *
 * @example
 * ```ts
 * const denied: AuditTailFilter = { appId: 'app-monthly-reports-0a1b2c', outcome: 'denied', signal: AbortSignal.timeout(60_000) }
 * for await (const { event_type } of operator.tailAudit(denied)) console.log(event_type)
 * ```
 */
export interface AuditTailFilter
  extends
    CallOptions,
    Pick<AuditFilter, 'agentId' | 'taskId' | 'appId' | 'eventType' | 'outcome' | 'jti'> {
  /** The `streamId` of the last event that was had: the tail begins behind it. By default it begins now. */
  readonly after?: string
}

/**
 * An event of the audit trail with its place in the stream beside it, which is no part of the event: it is left out when
 * the event is copied, compared or written as JSON.
 *
 * @example
 * ```ts
 * for await (const event of operator.tailAudit()) {
 *   const place: string = (event satisfies TailedAuditEvent).streamId
 *   console.log(place, JSON.stringify(event))
 * }
 * ```
 */
export type TailedAuditEvent = AuditEvent & { readonly streamId: string }

const isEvent = documentOf<AuditEvent>({ seq: 'number', event_type: 'string', hash: 'string' })

export async function* tailAudit(
  transport: Transport,
  session: StandingSession,
  { after, agentId, taskId, appId, eventType, outcome, jti, ...options }: AuditTailFilter,
): AsyncGenerator<TailedAuditEvent, void, undefined> {
  const names = { agent_id: agentId, task_id: taskId, app_id: appId, event_type: eventType }
  const query = toQuery({ ...names, outcome, jti })
  const path = query.size === 0 ? '/v1/audit/stream' : `/v1/audit/stream?${query.toString()}`
  let epoch = epochOf(after)
  const stream = followStream({ transport, session, path, after }, options)
  for await (const { event, data, id } of stream) {
    if (event !== 'audit' || id === undefined) continue
    const isOfAnother = epoch !== undefined && epoch !== epochOf(id)
    if (isOfAnother)
      transport.logger.warn('the epoch has changed: events may be missing', { streamId: id })
    epoch = epochOf(id)
    yield toTailed(data, id)
  }
}

function epochOf(streamId: string | undefined): string | undefined {
  return streamId?.replace(/\.\d+$/, '')
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

function toTailed(data: string, streamId: string): TailedAuditEvent {
  const event = parse(data)
  if (typeof event !== 'object' || event === null || !isEvent(event))
    throw new TransportError('an event of the stream is not what a broker says here')
  return Object.defineProperty(Object.assign(event, { streamId }), 'streamId', {
    enumerable: false,
  })
}
