import type { DeregisterAppResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { deregisterApp } from '../../domain/apps/deregister-app.ts'
import { appInfo } from '../schemas/app-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const params = wireSchema<{ id: string }>()(
  Type.Object({ id: Type.String({ description: 'The `app_id`' }) }),
)

const answer = wireSchema<DeregisterAppResponse>()(
  Type.Object({ ...appInfo, deregistered_at: Type.String() }),
)

export const deregisterAppRoute = route({
  method: 'DELETE',
  path: '/v1/admin/apps/{id}',
  summary: 'Deregister an app for good, with everything done in its name',
  bearer: 'live',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  params,
  status: 200,
  answer,
  errors: ['not_found'],
  handle: ({ context }, { params: { id }, caller }) => deregisterApp(context, caller, id),
})
