import type { AppInfo } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { toAppInfo } from '../../domain/apps/app.ts'
import { unknownApp } from '../../domain/apps/app-rules.ts'
import { appInfo } from '../schemas/app-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const params = wireSchema<{ id: string }>()(
  Type.Object({ id: Type.String({ description: 'The `app_id`' }) }),
)

const answer = wireSchema<AppInfo>()(Type.Object(appInfo))

export const getAppRoute = route({
  method: 'GET',
  path: '/v1/admin/apps/{id}',
  summary: 'Get one app',
  bearer: 'live',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  params,
  status: 200,
  answer,
  errors: ['not_found'],
  handle: async ({ context }, { params: { id } }) => {
    const app = await context.store.apps.find(id)
    if (app === undefined) throw unknownApp()
    return toAppInfo(app)
  },
})
