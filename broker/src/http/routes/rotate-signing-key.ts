import type { RotateKeyRequest, RotateKeyResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { rotateSigningKey } from '../../domain/signing-keys/rotate-signing-key.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const body = wireSchema<RotateKeyRequest>()(
  Type.Object({
    emergency: Type.Optional(Type.Boolean()),
    kid: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'In an emergency: which key; the one that signs if absent',
      }),
    ),
  }),
)

const answer = wireSchema<RotateKeyResponse>()(
  Type.Object({
    kid: Type.String(),
    previous_kid: Type.String(),
    previous_retires_at: Type.String(),
  }),
)

export const rotateSigningKeyRoute = route({
  method: 'POST',
  path: '/v1/admin/keys/rotate',
  summary: 'Sign with a new key; in an emergency, refuse all that the old one has signed',
  bearer: 'live',
  scopes: ['admin:revoke:*'],
  kinds: ['admin', 'operator'],
  body,
  isBodyOptional: true,
  status: 200,
  answer,
  errors: ['not_found'],
  handle: ({ context }, { body: asked, caller }) => rotateSigningKey(context, caller, asked),
})
