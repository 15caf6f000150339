import type { HealthResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const answer = wireSchema<HealthResponse>()(
  Type.Object({
    status: Type.Enum(['ok', 'degraded'], {
      description: 'Degraded: the store does not answer, or is not the one it was',
    }),
    version: Type.String(),
    uptime: Type.Integer(),
    db_connected: Type.Boolean(),
    audit_events_count: Type.Integer(),
    features: Type.Array(Type.String()),
  }),
)

/** What clients may rely on beyond AgentWrit 2.0. */
const features: string[] = [
  'renew-idempotency',
  'revoke-dry-run',
  'revocation-stream',
  'audit-stream',
]

export const healthRoute = route({
  method: 'GET',
  path: '/v1/health',
  summary: 'How the broker is',
  status: 200,
  isAlwaysServed: true,
  answer,
  serialise: (health: HealthResponse) => JSON.stringify(health),
  errors: [],
  handle: async ({ context, readiness, version }): Promise<HealthResponse> => {
    const { isConnected, auditEvents } = await readiness.storeState()
    return {
      status: isConnected && !context.live.head.isRegressed ? 'ok' : 'degraded',
      version,
      uptime: readiness.uptime(),
      db_connected: isConnected,
      audit_events_count: auditEvents,
      features,
    }
  },
})
