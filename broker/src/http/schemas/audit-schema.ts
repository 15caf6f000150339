import { auditEventTypes } from '@agentwrit/protocol'
import { Type } from 'typebox'

export const eventType = Type.Enum([...auditEventTypes])

export const eventOutcome = Type.Enum(['success', 'denied'])

/** An event as it is served and hashed (contract 5.1): whoever recomputes the hash needs every member. */
export const auditEvent = {
  id: Type.String({ description: '`evt-` and `seq`' }),
  seq: Type.Integer(),
  timestamp: Type.String(),
  event_type: eventType,
  detail: Type.String(),
  actor: Type.String(),
  agent_id: Type.Optional(Type.String()),
  task_id: Type.Optional(Type.String()),
  orch_id: Type.Optional(Type.String()),
  app_id: Type.Optional(Type.String()),
  jti: Type.Optional(Type.String()),
  resource: Type.Optional(Type.String()),
  outcome: Type.Optional(eventOutcome),
  deleg_depth: Type.Optional(Type.Integer()),
  deleg_chain_hash: Type.Optional(Type.String()),
  bytes_transferred: Type.Optional(Type.Integer()),
  request_id: Type.Optional(Type.String()),
  source_ip: Type.Optional(Type.String()),
  original_principal: Type.Optional(Type.String()),
  intermediate_agents: Type.Optional(Type.Array(Type.String())),
  repeat_count: Type.Optional(Type.Integer()),
  hash: Type.String(),
  prev_hash: Type.String(),
}
