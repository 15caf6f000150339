import { auditEventTypes, type StatsResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const perMinute = Type.Array(Type.Integer(), { description: 'One number for each minute' })

const answer = wireSchema<StatsResponse>()(
  Type.Object({
    from: Type.String({ description: 'When the first of the 1,440 minutes began (RFC 3339)' }),
    issued: Type.Record(Type.Enum(['admin', 'app', 'agent', 'delegated']), perMinute, {
      description: 'Tokens issued, renewals too, by kind and minute',
    }),
    killed: Type.Record(
      Type.Enum(['token', 'agent', 'task', 'chain', 'app', 'release']),
      perMinute,
      { description: 'Live tokens that died, by what ended them and minute' },
    ),
    refused: Type.Partial(Type.Record(Type.Enum([...auditEventTypes]), perMinute), {
      description:
        'Refusals, by type of their audit event and minute; types without any are left out',
    }),
    live_agents: Type.Array(Type.Union([Type.Integer(), Type.Null()]), {
      description: 'Agents with a live token; null for a minute in which nobody counted them',
    }),
    complete: Type.Boolean({
      description: 'False while the broker still reads its log after a start: numbers are missing',
    }),
  }),
)

export const showStatsRoute = route({
  method: 'GET',
  path: '/v1/admin/stats',
  summary: 'What happened in the last 24 hours, minute by minute',
  bearer: 'live',
  scopes: ['admin:audit:*'],
  kinds: ['admin', 'operator'],
  status: 200,
  answer,
  // Numbers of our own making, tens of thousands of them.
  serialise: (stats: StatsResponse) => JSON.stringify(stats),
  errors: [],
  handle: ({ context }) => context.live.statistics.report(),
})
