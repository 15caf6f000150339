import assert from 'node:assert/strict'
import type { AuditKey } from '@agentwrit/protocol'
import { ask } from './ask.ts'
import { adminSecret, type TestBroker } from './test-broker.ts'

export const rotatePath = '/v1/admin/keys/rotate'

/** By an operator who has just signed in: an emergency kills the bearers before it. */
export async function asNewOperator(
  broker: TestBroker,
  method: string,
  url: string,
  body?: unknown,
) {
  const signedIn = await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: adminSecret } })
  const bearer = String(signedIn.body['access_token'])
  return ask(broker, method, url, { bearer, ...(body === undefined ? {} : { body }) })
}

export async function rotate(broker: TestBroker, body?: unknown): Promise<Record<string, string>> {
  const { status, body: answer } = await asNewOperator(broker, 'POST', rotatePath, body)
  assert.equal(status, 200, JSON.stringify(answer))
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, String(value)]))
}

export async function published(broker: TestBroker): Promise<string[]> {
  const { body } = await ask(broker, 'GET', '/.well-known/jwks.json')
  return kidsOf(body['keys'])
}

export async function auditKeys(broker: TestBroker): Promise<AuditKey[]> {
  const { status, body } = await asNewOperator(broker, 'GET', '/v1/audit/keys')
  assert.equal(status, 200)
  const keys: unknown = body['keys']
  assert.ok(Array.isArray(keys))
  return keys
}

export function kidsOf(keys: unknown): string[] {
  assert.ok(Array.isArray(keys))
  return keys.map(({ kid }) => String(kid))
}

export const statuses = (keys: readonly AuditKey[]) => keys.map(({ kid, status }) => [kid, status])

export async function detailsSince(broker: TestBroker, seq: number): Promise<string[]> {
  const events = await broker.broker.context.store.audit.read(seq + 1, 100)
  return events
    .filter(({ event_type: type }) => type === 'signing_key_rotated')
    .map(({ actor, detail }) => `${actor}: ${detail}`)
}

export const isValid = async (broker: TestBroker, token: string): Promise<boolean> =>
  (await broker.client.validate(token)).valid
