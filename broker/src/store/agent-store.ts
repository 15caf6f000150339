import type { AgentStore } from '../domain/identity/agent.ts'
import { registerAgent } from './changes/register-agent.ts'
import { findAgent } from './reads/finds.ts'
import { observeAgent } from './reads/observe-agents.ts'
import type { StoreAccess } from './store-access.ts'

/** The port of agents, for any engine. */
export function createAgentStore({ committer, source, find, scan }: StoreAccess): AgentStore {
  return {
    register: (registration, events) => committer.commit(registerAgent(registration, events)),
    find: (agentId) => find(findAgent(source, agentId)),
    observe: (agentId, at) => find(observeAgent(source, agentId, at)),
    list: (filter, page, at) => scan('agents', { filter, page, at }),
    countActive: (at) => scan('activeAgents', { at }),
  }
}
