import { releaseToken } from '../../domain/tokens/release-token.ts'
import { route } from '../route.ts'

export const releaseTokenRoute = route({
  method: 'POST',
  path: '/v1/token/release',
  summary: 'Give the presented token and its session back',
  bearer: 'unexpired',
  status: 204,
  errors: [],
  handle: ({ context }, { caller }) => releaseToken(context, caller),
})
