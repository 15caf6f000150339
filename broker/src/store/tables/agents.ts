import type { Agent } from '../../domain/identity/agent.ts'
import { ifText, readInteger, readList, readText } from '../read-column.ts'
import type { Row, TableDescription } from '../table.ts'

/** Agents stay readable that many seconds after the last `exp` of their session. */
export const afterlife = 7 * 24 * 60 * 60

export const agents = {
  name: 'agents',
  columns: {
    agent_id: 'text',
    app_id: 'text',
    agent_name: 'text',
    orch_id: 'text',
    task_id: 'text',
    scope: 'text',
    public_key: 'text',
    jkt: 'text',
    sid: 'text',
    lsid: 'text',
    registered_at: 'milliseconds',
    keep_until: 'seconds',
    last_kid: 'text',
  },
  key: ['agent_id'],
  mac: false,
  expiry: 'keep_until',
} as const satisfies TableDescription

/** `keep_until` of an agent whose session has a token that ends at `exp`. */
export function keepAgentUntil(exp: number): number {
  return exp + afterlife
}

/** `exp` and `kid`: of the first token. The session may be gone before the row: the key tells why it ended. */
export function toAgentRow(agent: Agent, exp: number, kid: string): Row {
  return {
    agent_id: agent.agentId,
    app_id: agent.appId ?? null,
    agent_name: agent.agentName,
    orch_id: agent.orchId,
    task_id: agent.taskId,
    scope: JSON.stringify(agent.scope),
    public_key: agent.publicKey,
    jkt: agent.jkt,
    sid: agent.sid,
    lsid: agent.lsid ?? null,
    registered_at: agent.registeredAt,
    keep_until: keepAgentUntil(exp),
    last_kid: kid,
  }
}

export function toAgent(row: Row): Agent {
  return {
    agentId: readText(row, 'agent_id'),
    ...ifText(row, 'app_id', (appId) => ({ appId })),
    agentName: readText(row, 'agent_name'),
    orchId: readText(row, 'orch_id'),
    taskId: readText(row, 'task_id'),
    scope: readList(row, 'scope'),
    publicKey: readText(row, 'public_key'),
    jkt: readText(row, 'jkt'),
    sid: readText(row, 'sid'),
    ...ifText(row, 'lsid', (lsid) => ({ lsid })),
    registeredAt: readInteger(row, 'registered_at'),
  }
}
