import { maxDelegationDepth } from '@agentwrit/protocol'
import { Type } from 'typebox'

const id = Type.String()
const optionalId = Type.Optional(id)
const seconds = Type.Integer()

/** One hop of a delegation (contract 2.6). */
export const delegationRecord = Type.Object({
  agent: id,
  scope: Type.Array(Type.String(), { description: 'What the delegator held then' }),
  delegated_at: Type.String(),
  delegatee: id,
  granted_scope: Type.Array(Type.String()),
  jti: id,
  sid: id,
  parent_jti: id,
  parent_sid: id,
  app_id: optionalId,
  lsid: optionalId,
  prev: Type.String(),
  kid: id,
  signature: Type.String(),
})

/** What a token says (contract 2.3). */
export const claims = Type.Object({
  iss: Type.String(),
  sub: id,
  aud: Type.Optional(Type.Array(Type.String())),
  exp: seconds,
  nbf: seconds,
  iat: seconds,
  jti: id,
  sid: optionalId,
  scope: Type.Array(Type.String(), { description: 'What the token allows' }),
  task_id: optionalId,
  orch_id: optionalId,
  app_id: optionalId,
  lsid: optionalId,
  cnf: Type.Optional(Type.Object({ jkt: Type.String() })),
  delegation_chain: Type.Optional(Type.Array(delegationRecord, { maxItems: maxDelegationDepth })),
  chain_hash: Type.Optional(Type.String()),
})
