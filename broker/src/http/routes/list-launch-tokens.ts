import type { LaunchTokenList } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { listLaunchTokens } from '../../domain/launch-tokens/list-launch-tokens.ts'
import { listQuery, type ListQueryText, toListQuery } from '../schemas/fields.ts'
import { launchTokenInfo } from '../schemas/launch-token-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const query = wireSchema<ListQueryText>()(listQuery)

const answer = wireSchema<LaunchTokenList>()(
  Type.Object({
    launch_tokens: Type.Array(launchTokenInfo),
    next_cursor: Type.Optional(Type.String()),
  }),
)

const shared = { method: 'GET', bearer: 'live', query, status: 200, answer, errors: [] } as const

export const listLaunchTokensRoute = route({
  ...shared,
  path: '/v1/admin/launch-tokens',
  summary: 'List the launch tokens that can still be used, newest first',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  handle: ({ context }, { query: asked, caller }) =>
    listLaunchTokens(context, caller, toListQuery(asked)),
})

export const listAppLaunchTokensRoute = route({
  ...shared,
  path: '/v1/app/launch-tokens',
  summary: 'List the launch tokens of the app that can still be used, newest first',
  scopes: ['app:launch-tokens:*'],
  kinds: ['app'],
  handle: ({ context }, { query: asked, caller }) =>
    listLaunchTokens(context, caller, toListQuery(asked)),
})
