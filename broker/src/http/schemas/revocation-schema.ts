import { Type } from 'typebox'

/** What can be asked for. */
export const requestedLevel = Type.Enum(['token', 'agent', 'task', 'chain'])

/** Deregistration makes one more. */
export const entryLevel = Type.Enum(['token', 'agent', 'task', 'chain', 'app'])

/** A revocation entry as it is shown (contract 4.16). */
export const revocationInfo = {
  id: Type.String({ description: 'Id of the entry' }),
  level: entryLevel,
  target: Type.String(),
  sid: Type.Optional(Type.String({ description: 'Session of the token, at level `token`' })),
  reason: Type.Optional(Type.String()),
  actor: Type.String(),
  count: Type.Optional(Type.Integer()),
  count_complete: Type.Optional(Type.Boolean()),
  revoked_at: Type.String(),
  lifted_at: Type.Optional(Type.String()),
  lifted_by: Type.Optional(Type.String()),
}
