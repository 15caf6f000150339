import type { AppList } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { listApps } from '../../domain/apps/list-apps.ts'
import { appInfo } from '../schemas/app-schema.ts'
import { listQuery, type ListQueryText, toListQuery } from '../schemas/fields.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

interface AppQueryText extends ListQueryText {
  readonly total?: 'true' | 'false'
}

const query = wireSchema<AppQueryText>()(
  Type.Object({
    ...listQuery.properties,
    total: Type.Optional(
      Type.Enum(['true', 'false'], { description: '`false` leaves `total` out' }),
    ),
  }),
)

const answer = wireSchema<AppList>()(
  Type.Object({
    apps: Type.Array(Type.Object(appInfo)),
    total: Type.Optional(Type.Integer()),
    next_cursor: Type.Optional(Type.String()),
  }),
)

export const listAppsRoute = route({
  method: 'GET',
  path: '/v1/admin/apps',
  summary: 'List all apps, inactive ones too, newest first',
  bearer: 'live',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  query,
  status: 200,
  answer,
  errors: [],
  handle: ({ context }, { query: asked }) =>
    listApps(context, { ...toListQuery(asked), total: asked.total !== 'false' }),
})
