import { followRevocations } from '../../domain/streams/follow-revocations.ts'
import { EventStream } from '../event-stream.ts'
import { route } from '../route.ts'

export const followRevocationsRoute = route({
  method: 'GET',
  path: '/v1/revocations/stream',
  summary: 'Follow what is revoked, as verifiers need it',
  bearer: 'live',
  kinds: ['app', 'admin', 'operator'],
  status: 200,
  produces: 'text/event-stream',
  errors: ['invalid_request'],
  handle: async ({ context }, { headers }) =>
    new EventStream(await followRevocations(context, headers['last-event-id'])),
})
