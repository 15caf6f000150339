import { auditEventTypes, type StatsResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const perMinute = Type.Array(Type.Integer())

const answer = wireSchema<StatsResponse>()(
  Type.Object({
    from: Type.String(),
    issued: Type.Record(Type.Enum(['admin', 'app', 'agent', 'delegated']), perMinute),
    killed: Type.Record(
      Type.Enum(['token', 'agent', 'task', 'chain', 'app', 'release']),
      perMinute,
    ),
    refused: Type.Partial(Type.Record(Type.Enum([...auditEventTypes]), perMinute)),
    live_agents: Type.Array(Type.Union([Type.Integer(), Type.Null()])),
    complete: Type.Boolean(),
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
