import assert from 'node:assert/strict'
import type { DelegateResponse, RegisterAppResponse } from '@agentwrit/protocol'
import { launchFrom, registerApp, signIn } from '../apps.ts'
import { ask, type Answer } from '../ask.ts'
import { freshNonce, register, registration } from '../proof.ts'
import type { TestBroker } from '../test-broker.ts'

/** An agent of an app of its own, in a task of its own. */
export interface Member {
  readonly app: RegisterAppResponse
  /** A token of the app: the login that launched the agent. */
  readonly appToken: string
  readonly agentId: string
  readonly taskId: string
  /** Its registration's token. */
  readonly own: string
  /** The token it holds in the chain; the first member's is its own. */
  readonly held: string
}

export const scope = ['read:data:*']

export interface ChainWanted {
  /** Delegations in a row. */
  readonly depth?: number
  /** Of the chain: its tasks are no other chain's. */
  readonly name?: string
  /** Called before each delegation, with the number of those made. */
  readonly between?: (made: number) => Promise<void>
}

export async function chainOf(
  broker: TestBroker,
  { depth = 5, name = 'task', between = async () => {} }: ChainWanted = {},
): Promise<Member[]> {
  const members: Member[] = []
  for (let place = 0; place <= depth; place += 1) {
    const member = await joinAs(broker, `${name}-${place}`)
    const delegator = members.at(-1)
    if (delegator !== undefined) await between(place - 1)
    const held = delegator === undefined ? member.own : await hand(broker, delegator.held, member)
    members.push({ ...member, held })
  }
  return members
}

/** A token for `to`, delegated by whoever holds the bearer. */
export async function hand(
  broker: TestBroker,
  bearer: string,
  { agentId }: Pick<Member, 'agentId'>,
  ttl = 200,
): Promise<string> {
  const answer = await delegate(broker, bearer, { delegate_to: agentId, scope, ttl })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return String(answer.body['access_token'])
}

export function delegate(broker: TestBroker, bearer: string, body: unknown): Promise<Answer> {
  return ask(broker, 'POST', '/v1/delegate', { bearer, body })
}

export function recordsOf({ body }: Answer): DelegateResponse['delegation_chain'] {
  const { delegation_chain: chain } = body
  assert.ok(Array.isArray(chain))
  return chain
}

export async function joinAs(broker: TestBroker, taskId: string): Promise<Omit<Member, 'held'>> {
  const app = await registerApp(broker, { delegates_to: ['*'], scopes: scope })
  const client = await signIn(broker, app)
  const launchToken = await launchFrom(client, scope)
  const asked = registration({ launchToken, nonce: await freshNonce(broker), scope })
  const { status, body } = await register(broker, { ...asked, task_id: taskId })
  assert.equal(status, 200, JSON.stringify(body))
  const [agentId, own] = [String(body['agent_id']), String(body['access_token'])]
  return { app, appToken: await client.token(), agentId, taskId, own }
}
