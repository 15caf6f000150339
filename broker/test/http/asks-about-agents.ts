import assert from 'node:assert/strict'
import type { AgentInfo } from '@agentwrit/protocol'
import { launchFrom, registerApp, registerWith, signIn } from '../apps.ts'
import { ask, type Answer } from '../ask.ts'
import { asNewOperator } from '../signing-keys.ts'
import type { TestBroker } from '../test-broker.ts'

export const path = '/v1/agents'
export const second = 1000
export const day = 86_400 * second

export const pathOf = (agentId: string) => `${path}/${encodeURIComponent(agentId)}`

export const revoke = (broker: TestBroker, level: string, target: string) =>
  asNewOperator(broker, 'POST', '/v1/revoke', { level, target })

export const release = (broker: TestBroker, bearer: string) =>
  ask(broker, 'POST', '/v1/token/release', { bearer })

export function agentsOf({ status, body }: Answer): AgentInfo[] {
  assert.equal(status, 200, JSON.stringify(body))
  const { agents } = body
  assert.ok(Array.isArray(agents))
  return agents
}

export const idsOf = (answer: Answer) => agentsOf(answer).map(({ agent_id: id }) => id)

export const list = async (broker: TestBroker, query = '') =>
  idsOf(await asNewOperator(broker, 'GET', `${path}${query}`))

export async function statusOf(broker: TestBroker, agentId: string): Promise<unknown> {
  const { status, body } = await asNewOperator(broker, 'GET', pathOf(agentId))
  assert.equal(status, 200)
  return body['status']
}

export async function statusesOf(broker: TestBroker, agentIds: Readonly<Record<string, string>>) {
  const told: Record<string, unknown> = {}
  for (const [name, agentId] of Object.entries(agentIds))
    told[name] = await statusOf(broker, agentId)
  return told
}

/** A registered agent: its id, and its first token. */
export async function start(broker: TestBroker, wanted: Parameters<TestBroker['agent']>[0] = {}) {
  const agent = await broker.agent(wanted)
  return { agentId: agent.agentId, bearer: await agent.token() }
}

/** An app that has signed in, and an agent of it. */
export async function startApp(broker: TestBroker, delegatesTo: string[] = []) {
  const made = await registerApp(broker, { delegates_to: delegatesTo })
  const app = await signIn(broker, made)
  const { body } = await registerWith(broker, await launchFrom(app))
  const agentId = String(body['agent_id'])
  const agentToken = String(body['access_token'])
  return { appId: made.app_id, bearer: await app.token(), agentId, agentToken }
}
