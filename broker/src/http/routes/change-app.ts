import type { AppInfo, UpdateAppRequest } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { changeApp } from '../../domain/apps/change-app.ts'
import { appInfo, appSettings } from '../schemas/app-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const params = wireSchema<{ id: string }>()(
  Type.Object({ id: Type.String({ description: 'The `app_id`' }) }),
)

const body = wireSchema<UpdateAppRequest>()(Type.Object(appSettings))

const answer = wireSchema<AppInfo>()(Type.Object(appInfo))

export const changeAppRoute = route({
  method: 'PUT',
  path: '/v1/admin/apps/{id}',
  summary: 'Replace the ceiling, token lifetime or delegates of an app, all or nothing',
  bearer: 'live',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  params,
  body,
  status: 200,
  answer,
  errors: ['invalid_ttl', 'not_found'],
  handle: ({ context }, { params: { id }, body: asked, caller }) =>
    changeApp(context, caller, id, asked),
})
