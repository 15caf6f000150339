import type { Claims, DelegationRecord } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'

type Attribution = Pick<
  NewAuditEvent,
  | 'agent_id'
  | 'task_id'
  | 'orch_id'
  | 'app_id'
  | 'deleg_depth'
  | 'deleg_chain_hash'
  | 'original_principal'
  | 'intermediate_agents'
>

/** Whom a token concerns, for the audit: agent, task, orchestration, app and chain as far as it names them. */
export function attributionOf(claims: Claims): Attribution {
  return {
    ...(claims.sub.startsWith('spiffe://') ? { agent_id: claims.sub } : {}),
    ...(claims.task_id === undefined ? {} : { task_id: claims.task_id }),
    ...(claims.orch_id === undefined ? {} : { orch_id: claims.orch_id }),
    ...(claims.app_id === undefined ? {} : { app_id: claims.app_id }),
    ...(claims.delegation_chain === undefined ? {} : onBehalfOf(claims.delegation_chain)),
    ...(claims.chain_hash === undefined ? {} : { deleg_chain_hash: claims.chain_hash }),
  }
}

/** The root of the chain, and the delegators after it, in order (contract 5.1). */
function onBehalfOf(chain: readonly DelegationRecord[]): Attribution {
  const [root, ...intermediates] = chain.map(({ agent }) => agent)
  return {
    deleg_depth: chain.length,
    ...(root === undefined ? {} : { original_principal: root }),
    ...(intermediates.length === 0 ? {} : { intermediate_agents: intermediates }),
  }
}
