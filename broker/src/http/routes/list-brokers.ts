import type { BrokerList } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { listBrokers } from '../../domain/brokers/list-brokers.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const answer = wireSchema<BrokerList>()(
  Type.Object({
    brokers: Type.Array(
      Type.Object({
        id: Type.String(),
        version: Type.String(),
        started_at: Type.String(),
        last_seen_at: Type.String(),
        epoch: Type.String(),
        applied_seq: Type.Integer(),
        index_age: Type.Number(),
      }),
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
