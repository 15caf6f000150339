import type { BrokerList } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { listBrokers } from '../../domain/brokers/list-brokers.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const answer = wireSchema<BrokerList>()(
  Type.Object({
    brokers: Type.Array(
      Type.Object({
        id: Type.String({ description: 'Random, another one after every start' }),
        version: Type.String({ description: 'Of the program' }),
        started_at: Type.String({ description: 'When it started (RFC 3339)' }),
        last_seen_at: Type.String({ description: 'When it was last known to run (RFC 3339)' }),
        epoch: Type.String({ description: 'Epoch of the store that it follows, 16 hex' }),
        applied_seq: Type.Integer({
          description: 'The last change that its revocation index holds',
        }),
        index_age: Type.Number({
          description: 'Seconds: it knows of every change that was committed earlier',
        }),
      }),
      { description: 'On SQLite one, the broker that answers' },
    ),
  }),
)

export const listBrokersRoute = route({
  method: 'GET',
  path: '/v1/admin/brokers',
  summary: 'The brokers of the deployment, and how far each one follows the store',
  bearer: 'live',
  scopes: ['admin:audit:*'],
  kinds: ['admin', 'operator'],
  status: 200,
  answer,
  errors: [],
  handle: ({ context }) => listBrokers(context),
})
