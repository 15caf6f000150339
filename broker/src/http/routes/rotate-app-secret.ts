import type { RotateAppSecretRequest, RotateAppSecretResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { rotateAppSecret } from '../../domain/apps/rotate-app-secret.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const params = wireSchema<{ id: string }>()(
  Type.Object({ id: Type.String({ description: 'The `app_id`' }) }),
)

const body = wireSchema<RotateAppSecretRequest>()(
  Type.Object({
    immediate: Type.Optional(Type.Boolean()),
    end_sessions: Type.Optional(Type.Boolean()),
  }),
)

const answer = wireSchema<RotateAppSecretResponse>()(
  Type.Object({
    app_id: Type.String(),
    client_id: Type.String(),
    client_secret: Type.String(),
    previous_secret_expires_at: Type.String(),
  }),
)

export const rotateAppSecretRoute = route({
  method: 'POST',
  path: '/v1/admin/apps/{id}/secret',
  summary: 'Give an app a fresh secret; the answer shows it once',
  bearer: 'live',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  params,
  body,
  isBodyOptional: true,
  status: 200,
  answer,
  errors: ['not_found', 'conflict'],
  handle: ({ context }, { params: { id }, body: asked, caller }) =>
    rotateAppSecret(context, caller, id, asked),
})
