import type { AgentStore } from '../domain/identity/agent.ts'
import { registerAgent } from './changes/register-agent.ts'
import type { Committer } from './committer.ts'
import { findAgent, type RowSource } from './reads/finds.ts'
import { observeAgent } from './reads/observe-agents.ts'
import type { Scanner } from './reads/scans.ts'

interface AgentStoreParts {
  readonly committer: Committer
  readonly source: RowSource
  /** Turns a failed read into a fault. */
  readonly find: <Answer>(reading: Promise<Answer>) => Promise<Answer>
  readonly scan: Scanner['scan']
}

/** The port of agents, for any engine. */
export function createAgentStore({ committer, source, find, scan }: AgentStoreParts): AgentStore {
  return {
    register: (registration, events) => committer.commit(registerAgent(registration, events)),
    find: (agentId) => find(findAgent(source, agentId)),
    observe: (agentId, at) => find(observeAgent(source, agentId, at)),
    list: (filter, page, at) => scan('agents', { filter, page, at }),
    countActive: (at) => scan('activeAgents', { at }),
  }
}
