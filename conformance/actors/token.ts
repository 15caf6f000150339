import type { Answer } from '../wire/answer.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectStatus } from '../wire/expect.ts'
import { claimsOf, type Agent } from './agent.ts'

/** What validate says (contract 4.3). */
export async function isLive(broker: Broker, token: string): Promise<boolean> {
  const answer = expectStatus(await broker.post('/v1/token/validate', { token }), 200)
  return answer.json['valid'] === true
}

export async function expectLive(broker: Broker, tokens: Named): Promise<void> {
  for (const [name, token] of Object.entries(tokens)) {
    expect(await isLive(broker, token), `${name} is dead`)
  }
}

export async function expectDead(broker: Broker, tokens: Named): Promise<void> {
  for (const [name, token] of Object.entries(tokens)) {
    expect(!(await isLive(broker, token)), `${name} is live`)
  }
}

/** Tokens by the words that a report names them with. */
export type Named = Readonly<Record<string, string>>

export interface Renewal {
  readonly scope?: readonly string[]
  readonly key?: string
}

export function askRenewal(
  broker: Broker,
  token: string,
  { scope, key }: Renewal = {},
): Promise<Answer> {
  return broker.ask('POST', '/v1/token/renew', {
    bearer: token,
    ...(scope === undefined ? {} : { body: { scope } }),
    ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
  })
}

/** The successor. */
export async function renew(broker: Broker, token: string, renewal?: Renewal): Promise<string> {
  const answer = expectStatus(await askRenewal(broker, token, renewal), 200)
  return answer.text('access_token')
}

export function askRelease(broker: Broker, token: string): Promise<Answer> {
  return broker.ask('POST', '/v1/token/release', { bearer: token })
}

export async function release(broker: Broker, token: string): Promise<void> {
  expectStatus(await askRelease(broker, token), 204)
}

export function askDelegation(
  broker: Broker,
  token: string,
  to: string,
  wish: { scope?: readonly string[]; ttl?: number } = {},
): Promise<Answer> {
  const { scope = ['read:data:*'], ttl } = wish
  const body = { delegate_to: to, scope, ...(ttl === undefined ? {} : { ttl }) }
  return broker.post('/v1/delegate', body, token)
}

/** The delegate with the delegated token. */
export async function delegate(
  broker: Broker,
  token: string,
  to: string,
  wish?: { scope?: readonly string[]; ttl?: number },
): Promise<Agent> {
  const answer = expectStatus(await askDelegation(broker, token, to, wish), 200)
  const delegated = answer.text('access_token')
  return { id: to, token: delegated, claims: claimsOf(delegated) }
}
