import assert from 'node:assert/strict'
import type { AuditEvent, RegisterAppResponse, RevokeRequest, Claims } from '@agentwrit/protocol'
import { ask, type Answer } from './ask.ts'
import { decodeToken } from './decode-token.ts'
import { adminSecret, type TestBroker } from './test-broker.ts'
import { freshNonce, register, registration } from './proof.ts'

/** A good jti that nobody has been given. */
export const unknownToken = 'f'.repeat(32)

/** A token as its holder has it, with what it says. */
export interface Held {
  readonly token: string
  readonly claims: Claims
}

export async function signInAdmin(broker: TestBroker): Promise<Held> {
  const { body } = await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: adminSecret } })
  return held(body)
}

export async function signInApp(
  broker: TestBroker,
  { client_id, client_secret }: RegisterAppResponse,
): Promise<Held> {
  const { body } = await ask(broker, 'POST', '/v1/app/auth', { body: { client_id, client_secret } })
  return held(body)
}

/** A launch token of whoever presents this bearer; for any number of agents. */
export async function launchBy(broker: TestBroker, { token, claims }: Held): Promise<string> {
  const kind = claims.sub === 'admin' ? 'admin' : 'app'
  const body = { agent_name: 'worker', allowed_scope: ['read:data:*'], single_use: false }
  const made = await ask(broker, 'POST', `/v1/${kind}/launch-tokens`, { bearer: token, body })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return String(made.body['launch_token'])
}

export async function registerUnder(
  broker: TestBroker,
  launchToken: string,
  taskId = 'task',
): Promise<Answer> {
  const good = registration({ launchToken, nonce: await freshNonce(broker) })
  return register(broker, { ...good, task_id: taskId })
}

/** An agent launched by this bearer. */
export async function agentOf(broker: TestBroker, launcher: Held, taskId = 'task'): Promise<Held> {
  return held((await registerUnder(broker, await launchBy(broker, launcher), taskId)).body)
}

export async function renewed(broker: TestBroker, { token: bearer }: Held): Promise<Held> {
  return held((await ask(broker, 'POST', '/v1/token/renew', { bearer })).body)
}

export async function delegated(
  broker: TestBroker,
  { token: bearer }: Held,
  to: Held,
): Promise<Held> {
  const body = { delegate_to: to.claims.sub, scope: ['read:data:*'], ttl: 250 }
  return held((await ask(broker, 'POST', '/v1/delegate', { bearer, body })).body)
}

export async function revokeAs(
  broker: TestBroker,
  { token: bearer }: Held,
  body: RevokeRequest,
): Promise<Answer> {
  return ask(broker, 'POST', '/v1/revoke', { bearer, body })
}

/** Names of those among these that are live. */
export async function alive(
  broker: TestBroker,
  all: Readonly<Record<string, Held>>,
): Promise<string[]> {
  const names: string[] = []
  for (const [name, { token }] of Object.entries(all)) {
    if ((await broker.client.validate(token)).valid) names.push(name)
  }
  return names
}

/** How many events there are; the number of the last one, where none was pruned. */
export function audited({ broker }: TestBroker): Promise<number> {
  return broker.context.store.audit.count()
}

export function eventsSince(broker: TestBroker, seq: number): Promise<AuditEvent[]> {
  return broker.broker.context.store.audit.read(seq + 1, 1000)
}

/** `agentwrit_tokens_revoked_total` of this level. */
export async function killedOf({ broker }: TestBroker, level: string): Promise<number> {
  const { body } = await broker.app.inject('/v1/metrics')
  const name = `agentwrit_tokens_revoked_total{level="${level}"} `
  const line = body.split('\n').find((one) => one.startsWith(name)) ?? ''
  return Number(line.slice(name.length))
}

export function held(body: Record<string, unknown>): Held {
  assert.equal(typeof body['access_token'], 'string', JSON.stringify(body))
  const token = String(body['access_token'])
  return { token, claims: decodeToken(token) }
}
