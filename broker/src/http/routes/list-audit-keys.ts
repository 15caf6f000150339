import type { AuditKeyList } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { listSigningKeys } from '../../domain/signing-keys/list-signing-keys.ts'
import { route } from '../route.ts'
import { publishedKey } from '../schemas/published-key-schema.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const answer = wireSchema<AuditKeyList>()(
  Type.Object({
    keys: Type.Array(
      Type.Object({
        ...publishedKey,
        status: Type.Enum(['active', 'retiring', 'retired', 'compromised'], {
          description:
            'It signs, is still accepted, is accepted no more, or nothing that it signed counts',
        }),
        created_at: Type.String(),
        retired_at: Type.Optional(Type.String()),
      }),
    ),
  }),
)

export const listAuditKeysRoute = route({
  method: 'GET',
  path: '/v1/audit/keys',
  summary: 'Every key that ever signed, newest first, for verifying the audit log',
  bearer: 'live',
  scopes: ['admin:audit:*'],
  kinds: ['admin', 'operator'],
  status: 200,
  answer,
  errors: [],
  handle: ({ context }) => listSigningKeys(context),
})
