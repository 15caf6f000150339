import type { RegisterAppRequest, RegisterAppResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { registerApp } from '../../domain/apps/register-app.ts'
import { appInfo, appSettings } from '../schemas/app-schema.ts'
import { text } from '../schemas/fields.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const body = wireSchema<RegisterAppRequest>()(
  Type.Object({
    name: text(64),
    role: Type.Optional(Type.Enum(['app', 'verifier'])),
    ...appSettings,
  }),
)

const answer = wireSchema<RegisterAppResponse>()(
  Type.Object({ ...appInfo, client_secret: Type.String() }),
)

export const registerAppRoute = route({
  method: 'POST',
  path: '/v1/admin/apps',
  summary: 'Register an app with its ceiling; the answer shows its secret once',
  bearer: 'live',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  body,
  status: 201,
  answer,
  errors: ['invalid_ttl', 'conflict'],
  handle: ({ context }, { body: asked, caller }) => registerApp(context, caller, asked),
})
