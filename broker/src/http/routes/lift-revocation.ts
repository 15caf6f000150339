import type { RevocationInfo } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { liftRevocation } from '../../domain/revocation/lift-revocation.ts'
import { revocationInfo } from '../schemas/revocation-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const params = wireSchema<{ id: string }>()(
  Type.Object({ id: Type.String({ description: 'The `id` of the entry' }) }),
)

export const liftRevocationRoute = route({
  method: 'DELETE',
  path: '/v1/revocations/{id}',
  summary: 'Lift the revocation of a task; what it killed stays dead',
  bearer: 'live',
  scopes: ['admin:revoke:*'],
  kinds: ['admin', 'operator'],
  params,
  status: 200,
  answer: wireSchema<RevocationInfo>()(Type.Object(revocationInfo)),
  errors: ['not_found', 'conflict'],
  handle: ({ context }, { params: { id }, caller }) => liftRevocation(context, caller, id),
})
