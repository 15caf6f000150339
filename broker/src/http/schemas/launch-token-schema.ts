import { Type } from 'typebox'

export const launchTokenPolicy = {
  allowed_scope: Type.Array(Type.String()),
  max_ttl: Type.Integer(),
  single_use: Type.Boolean(),
  orch_id: Type.Optional(Type.String()),
  task_id: Type.Optional(Type.String()),
}

/** A launch token as it is listed (contract 3.2): without its secret. */
export const launchTokenInfo = Type.Object({
  ...launchTokenPolicy,
  id: Type.String({ description: 'Id of the launch token: the first 16 hex of its SHA-256' }),
  agent_name: Type.String(),
  app_id: Type.Optional(Type.String()),
  created_by: Type.String(),
  created_at: Type.String(),
  expires_at: Type.String({ description: 'Until then it can be used (RFC 3339)' }),
})
