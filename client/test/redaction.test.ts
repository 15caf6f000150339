// No public object, no error and no log line shows a credential, whatever prints it and whoever sends one back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { Agent, AgentKey, App, Broker, Operator } from '@agentwrit/client'
import { currentAgent, withAgent } from '@agentwrit/client/node'
import { recordingLogger } from './recording-logger.ts'
import { serve, stillSurroundings } from './local-server.ts'
import type { Received, Reply } from './local-server.ts'

const agentId = 'spiffe://agentwrit.local/agent/o/t/0011223344556677'
const now = Date.UTC(2026, 0, 2) / 1000
const scope = ['read:data:1']
const secrets = {
  adminSecret: 'admin-secret-9f8e7d',
  clientSecret: 'client-secret-9f8e7d',
  session: 'session-token-9f8e7d',
  launchToken: 'launch-token-9f8e7d',
  nonce: '9f8e7d6c'.repeat(8),
  agentToken: 'agent-token-9f8e7d',
  delegated: 'delegated-token-9f8e7d',
  chainSignature: 'chain-signature-9f8e7d',
}

/** Everything that has gone over the wire and must not be seen: proofs and names of renewals are made on the way. */
function credentialsIn(received: readonly Received[]): string[] {
  const proofs = received
    .filter(({ path }) => path === '/v1/register')
    .map(({ body }) => (JSON.parse(body) as { signature: string }).signature)
  const names = received.map(({ headers }) => headers['idempotency-key']).filter(Boolean)
  return [...Object.values(secrets), ...proofs, ...names.map(String)]
}

const record = {
  agent: agentId,
  jti: '0',
  scope,
  delegated_at: '2026-01-02T00:00:00Z',
  signature: secrets.chainSignature,
}

/** Answers as a broker does while it is `well`; then it fails by turns, and says all that it was sent. */
async function indiscreetBroker() {
  const state = { isWell: true, turn: 0 }
  const bodies: Readonly<Record<string, unknown>> = {
    '/v1/admin/auth': { access_token: secrets.session, expires_in: 300 },
    '/v1/app/auth': { access_token: secrets.session, expires_in: 300 },
    '/v1/app/launch-tokens': { launch_token: secrets.launchToken, id: 'lt-1' },
    '/v1/challenge': { nonce: secrets.nonce, expires_in: 30 },
    '/v1/health': { status: 'ok', version: '1', features: ['renew-idempotency'] },
    '/v1/register': { agent_id: agentId, access_token: secrets.agentToken, expires_in: 300 },
    '/v1/token/renew': { access_token: secrets.agentToken, expires_in: 300 },
    '/v1/delegate': {
      access_token: secrets.delegated,
      expires_in: 60,
      delegation_chain: [record],
    },
    '/v1/token/validate': {
      valid: true,
      claims: {
        sub: agentId,
        orch_id: 'o',
        task_id: 't',
        scope,
        iat: now,
        exp: now + 60,
        delegation_chain: [record],
      },
    },
  }
  const server = await serve((request): Reply | 'hang up' => {
    if (state.isWell) return { body: bodies[request.path] ?? {} }
    const echo = `${request.path} ${JSON.stringify(request.headers)} ${request.body}`
    const document = { detail: echo, hint: echo, title: echo, error_code: 'x', instance: echo }
    const ways: readonly (Reply | 'hang up')[] = [
      'hang up',
      { status: 200, body: echo },
      { status: 302, headers: { location: '/elsewhere' }, body: echo },
      ...[400, 401, 403, 404, 409, 429, 500, 503].map((status) => ({
        status,
        headers: { 'x-request-id': echo },
        body: document,
      })),
    ]
    state.turn += 1
    return ways[state.turn % ways.length] ?? 'hang up'
  })
  return { server, state }
}

test('no object, no error and no log line shows a credential', async () => {
  const { server, state } = await indiscreetBroker()
  await using closing = server
  const { logger, lines } = recordingLogger()
  const released: unknown[] = []
  const onReleaseError = (error: unknown) => void released.push(error)
  const surroundings = stillSurroundings()
  const broker = new Broker(closing.url, { surroundings, logger, maxRetries: 1 })
  const objects: unknown[] = [broker, broker.transport]

  const operator = await Operator.signIn({ broker, secret: secrets.adminSecret })
  const { clientSecret } = secrets
  const options = { allowedOrigins: [closing.url], onReleaseError, autoRenew: true }
  const app = await App.signIn({ broker, clientId: 'client-1', clientSecret, ...options })
  const agent = await app.createAgent({ orchId: 'o', taskId: 't', scope })
  const key = await AgentKey.generate()
  const delegation = await agent.delegate({ to: agentId, scope })
  const accepted = await agent.accept(secrets.delegated)
  await agent.renew()
  await agent.fetch(`${closing.url}/data`)
  withAgent(agent, () => objects.push(currentAgent()))
  objects.push(operator, app, agent, key, delegation, accepted)

  state.isWell = false
  const flows: readonly (() => Promise<unknown>)[] = [
    () => Operator.signIn({ broker, secret: secrets.adminSecret }),
    () => App.signIn({ broker, clientId: 'client-1', clientSecret }),
    () => app.createAgent({ orchId: 'o', taskId: 't', scope }),
    () =>
      Agent.register({ broker, launchToken: secrets.launchToken, orchId: 'o', taskId: 't', scope }),
    () =>
      broker.register({
        launch_token: secrets.launchToken,
        nonce: secrets.nonce,
        public_key: key.publicKey,
        signature: secrets.chainSignature,
        orch_id: 'o',
        task_id: 't',
        requested_scope: scope,
      }),
    () => broker.validate(secrets.agentToken),
    () => agent.renew(),
    () => agent.renew({ scope }),
    () => agent.delegate({ to: agentId, scope }),
    () => agent.accept(secrets.delegated),
    () => agent.fetch(`${closing.url}/data`, { redirect: 'error' }),
    () => operator.previewRevocation({ level: 'task', target: 't' }),
    () => operator.listAuditEvents().next(),
    () => operator.tailAudit({ maxRetries: 1 }).next(),
    () => operator.signOut(),
    () => delegation.release(),
    () => accepted.release(),
  ]
  // So many times that each of them has met each way to fail.
  for (let round = 0; round < 11; round += 1) {
    for (const flow of flows) {
      state.turn += round
      await flow().catch((error: unknown) => objects.push(error))
    }
    surroundings.advance(5_000)
  }
  await agent[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
  objects.push(agent, app, operator, ...released)

  const hidden = credentialsIn(server.received)
  assert.ok(hidden.length > Object.keys(secrets).length + 1)
  assert.ok(objects.length > 80, `${objects.length} objects`)
  assert.ok(lines.length > 80, `${lines.length} log lines`)
  for (const object of [...objects, ...lines]) {
    for (const text of spellingsOf(object)) {
      for (const secret of hidden) assert.equal(text.includes(secret), false, text.slice(0, 2_000))
    }
  }
})

function spellingsOf(object: unknown): string[] {
  const message = object instanceof Error ? [object.message, object.stack ?? ''] : []
  return [
    inspect(object, { depth: Infinity, showHidden: true }),
    inspect(object, { depth: Infinity, getters: true, showProxy: true }),
    format('%s %o %O %j', object, object, object, object),
    JSON.stringify(object) ?? '',
    String(object),
    ...message,
  ]
}
