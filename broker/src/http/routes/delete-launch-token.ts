import { Type } from 'typebox'
import { deleteLaunchToken } from '../../domain/launch-tokens/delete-launch-token.ts'
import { route } from '../route.ts'
import { wireSchema } from '../wire-schema.ts'

const params = wireSchema<{ id: string }>()(Type.Object({ id: Type.String() }))

export const deleteLaunchTokenRoute = route({
  method: 'DELETE',
  path: '/v1/admin/launch-tokens/{id}',
  summary: 'Delete a launch token: it registers nobody any more',
  bearer: 'live',
  scopes: ['admin:launch-tokens:*'],
  kinds: ['admin', 'operator'],
  params,
  status: 204,
  errors: ['not_found'],
  handle: ({ context }, { params: { id }, caller }) => deleteLaunchToken(context, caller, id),
})
