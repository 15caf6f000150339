import { Type } from 'typebox'

export const agentStatus = Type.Enum(['active', 'expired', 'released', 'revoked'], {
  description: 'Whether it has a live token, and why not',
})

/** An agent as it is shown (contract 3.4). */
export const agentInfo = Type.Object({
  agent_id: Type.String(),
  app_id: Type.Optional(Type.String()),
  agent_name: Type.String(),
  orch_id: Type.String(),
  task_id: Type.String(),
  scope: Type.Array(Type.String(), {
    description: 'As registered; a renewal may have narrowed what its tokens hold',
  }),
  jkt: Type.String(),
  status: agentStatus,
  registered_at: Type.String(),
  expires_at: Type.String({ description: 'When its last token ends or ended (RFC 3339)' }),
})

/** A `task_id` or `orch_id` that could exist. */
export const pathNameFilter = Type.String({
  minLength: 1,
  maxLength: 128,
  pattern: '^(?!\\.{1,2}$)[A-Za-z0-9._-]*$',
})
