import type { LaunchTokenList } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { listLaunchTokens } from '../../domain/launch-tokens/list-launch-tokens.ts'
import { listQuery, type ListQueryText, toListQuery } from '../fields.ts'
import { launchTokenInfo } from '../launch-token-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../wire-schema.ts'

const query = wireSchema<ListQueryText>()(listQuery)

const answer = wireSchema<LaunchTokenList>()(
  Type.Object({
    launch_tokens: Type.Array(launchTokenInfo),
    next_cursor: Type.Optional(Type.String()),
  }),
)

export const listLaunchTokensRoute = route({
  method: 'GET',
  path: '/v1/admin/launch-tokens',
  summary: 'List the launch tokens that can still be used, newest first',
  bearer: 'live',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  query,
  status: 200,
  answer,
  errors: [],
  handle: ({ context }, { query: asked, caller }) =>
    listLaunchTokens(context, caller, toListQuery(asked)),
})
