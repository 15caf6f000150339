import { maxScopes } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { scope, text } from './fields.ts'

/** An app as it is shown (contract 3.3): without its secret. */
export const appInfo = {
  app_id: Type.String(),
  name: Type.String(),
  client_id: Type.String(),
  scopes: Type.Array(Type.String()),
  token_ttl: Type.Integer(),
  delegates_to: Type.Array(Type.String()),
  status: Type.Enum(['active', 'inactive'], {
    description: 'An inactive app is deregistered, for good',
  }),
  created_at: Type.String(),
  updated_at: Type.String(),
}

/** What an operator may say of an app. Its bounds have a code of their own, so that the domain tests `token_ttl`. */
export const appSettings = {
  scopes: Type.Optional(Type.Array(scope, { maxItems: maxScopes })),
  token_ttl: Type.Optional(
    Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
  ),
  delegates_to: Type.Optional(Type.Array(text(128), { maxItems: 100 })),
}
