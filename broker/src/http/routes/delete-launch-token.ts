import { Type } from 'typebox'
import { deleteLaunchToken } from '../../domain/launch-tokens/delete-launch-token.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const params = wireSchema<{ id: string }>()(
  Type.Object({ id: Type.String({ description: 'The `id` of the launch token' }) }),
)

const shared = {
  method: 'DELETE',
  bearer: 'live',
  params,
  status: 204,
  errors: ['not_found'],
} as const

export const deleteLaunchTokenRoute = route({
  ...shared,
  path: '/v1/admin/launch-tokens/{id}',
  summary: 'Delete a launch token: it registers nobody any more',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  handle: ({ context }, { params: { id }, caller }) => deleteLaunchToken(context, caller, id),
})

export const deleteAppLaunchTokenRoute = route({
  ...shared,
  path: '/v1/app/launch-tokens/{id}',
  summary: 'Delete a launch token of the app: it registers nobody any more',
  scopes: ['app:launch-tokens:*'],
  kinds: ['app'],
  handle: ({ context }, { params: { id }, caller }) => deleteLaunchToken(context, caller, id),
})
