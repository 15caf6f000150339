import type { AuditEventType } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { followAudit, type TailFilter } from '../../domain/streams/follow-audit.ts'
import { EventStream } from '../event-stream.ts'
import { route } from '../route.ts'
import { eventOutcome, eventType } from '../schemas/audit-schema.ts'
import { text } from '../schemas/fields.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

interface TailQuery {
  readonly agent_id?: string
  readonly task_id?: string
  readonly app_id?: string
  readonly event_type?: AuditEventType
  readonly outcome?: 'success' | 'denied'
  readonly jti?: string
}

const query = wireSchema<TailQuery>()(
  Type.Object({
    agent_id: Type.Optional(text(1024)),
    task_id: Type.Optional(text(128)),
    app_id: Type.Optional(text(128)),
    event_type: Type.Optional(eventType),
    outcome: Type.Optional(eventOutcome),
    jti: Type.Optional(text(128)),
  }),
)

export const followAuditRoute = route({
  method: 'GET',
  path: '/v1/audit/stream',
  summary: 'Follow the audit trail as it is written; an app sees its own events',
  bearer: 'live',
  scopes: ['admin:audit:*', 'app:audit:read'],
  kinds: ['admin', 'operator', 'app'],
  query,
  status: 200,
  produces: 'text/event-stream',
  errors: ['invalid_request'],
  handle: async ({ context }, { query: asked, caller, headers }) => {
    const lastEventId = headers['last-event-id']
    const filter = toFilter(asked)
    return new EventStream(await followAudit(context, caller, { filter, lastEventId }))
  },
})

function toFilter(asked: TailQuery): TailFilter {
  const { agent_id: agentId, task_id: taskId, app_id: appId, event_type: ofType } = asked
  const { outcome, jti } = asked
  return {
    ...(agentId === undefined ? {} : { agentId }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(appId === undefined ? {} : { appId }),
    ...(ofType === undefined ? {} : { eventType: ofType }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(jti === undefined ? {} : { jti }),
  }
}
