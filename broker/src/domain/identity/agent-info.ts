import type { AgentInfo, AgentKeyInfo, DelegationNode } from '@agentwrit/protocol'
import { toWholeSeconds } from '../whole-seconds.ts'
import type { Agent, ObservedAgent } from './agent.ts'

/** An agent as it is shown (contract 3.4). */
export function toAgentInfo({ agent, status, expiresAt }: ObservedAgent): AgentInfo {
  return {
    agent_id: agent.agentId,
    ...toAppMember(agent),
    agent_name: agent.agentName,
    orch_id: agent.orchId,
    task_id: agent.taskId,
    scope: [...agent.scope],
    jkt: agent.jkt,
    status,
    registered_at: toWholeSeconds(agent.registeredAt),
    expires_at: toWholeSeconds(expiresAt * 1000),
  }
}

/** What a peer needs to tie a key to an id (contract 4.30). */
export function toAgentKeyInfo({ agent, status }: ObservedAgent): AgentKeyInfo {
  return {
    agent_id: agent.agentId,
    public_key: agent.publicKey,
    jkt: agent.jkt,
    task_id: agent.taskId,
    orch_id: agent.orchId,
    ...toAppMember(agent),
    status,
  }
}

/** An agent of a delegation tree (contract 4.29). */
export function toDelegationNode({ agent, status, expiresAt }: ObservedAgent): DelegationNode {
  return {
    agent_id: agent.agentId,
    ...toAppMember(agent),
    task_id: agent.taskId,
    status,
    expires_at: toWholeSeconds(expiresAt * 1000),
  }
}

function toAppMember({ appId }: Agent): { app_id?: string } {
  return appId === undefined ? {} : { app_id: appId }
}
