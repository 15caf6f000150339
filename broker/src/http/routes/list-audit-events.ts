import type { AuditEventList, AuditEventType } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { listAuditEvents, type AuditQuery } from '../../domain/audit/list-audit-events.ts'
import { route } from '../route.ts'
import { auditEvent, eventOutcome, eventType } from '../schemas/audit-schema.ts'
import { listQuery, type ListQueryText, text, toListQuery } from '../schemas/fields.ts'
import { readInstant } from '../schemas/instant.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

interface AuditQueryText extends ListQueryText {
  readonly agent_id?: string
  readonly task_id?: string
  readonly app_id?: string
  readonly event_type?: AuditEventType
  readonly outcome?: 'success' | 'denied'
  readonly jti?: string
  readonly credential?: string
  readonly since?: string
  readonly until?: string
  readonly offset?: string
  readonly total?: 'true' | 'false'
}

const query = wireSchema<AuditQueryText>()(
  Type.Object({
    ...listQuery.properties,
    agent_id: Type.Optional(text(1024)),
    task_id: Type.Optional(text(128)),
    app_id: Type.Optional(text(128)),
    event_type: Type.Optional(eventType),
    outcome: Type.Optional(eventOutcome),
    jti: Type.Optional(text(128)),
    credential: Type.Optional(text(128)),
    since: Type.Optional(text(64)),
    until: Type.Optional(text(64)),
    offset: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })),
    total: Type.Optional(
      Type.Enum(['true', 'false'], { description: '`false` leaves `total` out' }),
    ),
  }),
)

const answer = wireSchema<AuditEventList>()(
  Type.Object({
    events: Type.Array(Type.Object(auditEvent)),
    total: Type.Optional(Type.Integer()),
    offset: Type.Integer(),
    limit: Type.Integer(),
    next_cursor: Type.Optional(Type.String()),
    unproven: Type.Optional(Type.Array(Type.Integer())),
  }),
)

export const listAuditEventsRoute = route({
  method: 'GET',
  path: '/v1/audit/events',
  summary: 'Read the audit trail, oldest first; an app sees its own events',
  bearer: 'live',
  scopes: ['admin:audit:*', 'app:audit:read'],
  kinds: ['admin', 'operator', 'app'],
  query,
  status: 200,
  answer,
  errors: [],
  handle: ({ context }, { query: asked, caller }) =>
    listAuditEvents(context, caller, toAuditQuery(asked)),
})

function toAuditQuery(asked: AuditQueryText): AuditQuery {
  const { outcome, jti, credential, since, until, offset } = asked
  const { agent_id: agentId, task_id: taskId, app_id: appId, event_type: eventTypeAsked } = asked
  return {
    ...toListQuery(asked),
    isCounted: asked.total !== 'false',
    ...(agentId === undefined ? {} : { agentId }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(appId === undefined ? {} : { appId }),
    ...(eventTypeAsked === undefined ? {} : { eventType: eventTypeAsked }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(jti === undefined ? {} : { jti }),
    ...(credential === undefined ? {} : { credential }),
    ...(since === undefined ? {} : { since: readInstant('since', since, 'up') }),
    ...(until === undefined ? {} : { until: readInstant('until', until, 'down') }),
    ...(offset === undefined ? {} : { offset: Number(offset) }),
  }
}
