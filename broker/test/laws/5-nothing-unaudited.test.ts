import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { verifyAuditChain, type AuditEvent } from '@agentwrit/protocol'
import { askAsOperator, attempt, registerApp, signIn } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { freshNonce, launchToken, register, registration } from '../proof.ts'
import { decodeToken } from '../decode-token.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

async function eventsOf(broker: TestBroker): Promise<AuditEvent[]> {
  return broker.broker.context.store.audit.read(1, 1000)
}

async function typesSince(broker: TestBroker, seq: number): Promise<string[]> {
  const events = await broker.broker.context.store.audit.read(seq + 1, 1000)
  return events.map((event) => event.event_type)
}

/** From now on no event can be written, by order of the database itself. */
function breakAudit(broker: TestBroker): () => void {
  const database = new DatabaseSync(broker.databasePath)
  database.exec(`create trigger refuse_events before insert on audit_events
    begin select raise(abort, 'no more events'); end`)
  return () => {
    database.exec('drop trigger refuse_events')
    database.close()
  }
}

test('every change leaves its event, in one chain that verifies from outside', async () => {
  await using broker = await testBroker()
  const agent = await broker.agent()
  await agent.renew()
  await agent.release()
  const operator = await broker.operator()
  const { id } = await operator.createLaunchToken({ agent_name: 'a', allowed_scope: ['a:b:c'] })
  await operator.deleteLaunchToken(id)
  await operator.signOut()
  const events = await eventsOf(broker)
  assert.deepEqual(
    events.map((event) => event.event_type),
    [
      'admin_auth',
      'launch_token_issued',
      'agent_registered',
      'token_issued',
      'token_renewed',
      'token_released',
      'launch_token_issued',
      'launch_token_deleted',
      'token_released',
    ],
  )
  assert.equal((await verifyAuditChain(events, sha256)).ok, true)
  for (const [index, event] of events.entries()) {
    assert.equal(event.seq, index + 1)
    assert.match(event.request_id ?? '', /^[0-9a-f]{16}$/)
    assert.ok(event.source_ip)
  }
})

test('every issued token is named by the jti of exactly one event', async () => {
  await using broker = await testBroker()
  const tokens = [await (await broker.operator()).token()]
  const agent = await broker.agent()
  tokens.push(await agent.token())
  await agent.renew()
  tokens.push(await agent.token())
  const issuing = ['admin_auth', 'token_issued', 'token_renewed']
  const named = (await eventsOf(broker))
    .filter((event) => issuing.includes(event.event_type))
    .map((event) => event.jti)
  const issued = tokens.map((token) => decodeToken(token).jti)
  assert.deepEqual(new Set(named), new Set(issued))
  assert.equal(named.length, issued.length)
})

test('a change whose event cannot be written does not happen: 503, and all is as it was', async () => {
  await using broker = await testBroker()
  const { store } = broker.broker.context
  const agent = await broker.agent()
  const bearer = await agent.token()
  const admin = await (await broker.operator()).token()
  const token = await launchToken(broker)
  const asked = registration({ launchToken: token, nonce: await freshNonce(broker) })
  const before = await store.head()
  const mend = breakAudit(broker)

  const unavailable = [
    await register(broker, asked),
    await ask(broker, 'POST', '/v1/token/renew', { bearer }),
    await ask(broker, 'POST', '/v1/token/release', { bearer }),
    await ask(broker, 'POST', '/v1/admin/launch-tokens', {
      bearer: admin,
      body: { agent_name: 'a', allowed_scope: ['read:data:*'] },
    }),
  ]
  for (const answer of unavailable) {
    assertProblem(answer, 503, 'service_unavailable')
    assert.equal(answer.headers.get('retry-after'), '1')
  }
  assert.deepEqual(await store.head(), before)
  assert.equal((await broker.client.validate(bearer)).valid, true)

  mend()
  assert.equal((await register(broker, asked)).status, 200)
  assert.equal((await ask(broker, 'POST', '/v1/token/renew', { bearer })).status, 200)
})

test('a repeated renewal and a reuse that cannot be written have not happened: 503', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const idempotencyKey = 'a-key-that-a-csprng-has-made'
  const renew = (shown: object) => ask(broker, 'POST', '/v1/token/renew', { bearer, ...shown })
  const successor = String((await renew({ idempotencyKey })).body['access_token'])
  broker.advance(10_001)
  const mend = breakAudit(broker)
  assertProblem(await renew({ idempotencyKey }), 503, 'service_unavailable')
  assertProblem(await renew({}), 503, 'service_unavailable')
  assert.equal((await broker.client.validate(successor)).valid, true)
  mend()
  assert.equal((await renew({ idempotencyKey })).body['access_token'], successor)
  assertProblem(await renew({}), 401, 'unauthorized')
  assert.equal((await broker.client.validate(successor)).valid, false)
})

test('a refusal keeps its status even if its event cannot be written, and that is logged', async () => {
  await using broker = await testBroker()
  await broker.operator()
  const mend = breakAudit(broker)
  const answer = await ask(broker, 'POST', '/v1/token/renew', { bearer: 'rubbish' })
  mend()
  assertProblem(answer, 401, 'unauthorized')
  assert.ok(broker.logged.some((line) => line.includes('token_auth_failed')))
})

test('refusals are audited: bad proofs, missing scopes, dead and foreign bearers, wrong secrets', async () => {
  await using broker = await testBroker()
  const agent = await broker.agent()
  const bearer = await agent.token()
  const start = (await broker.broker.context.store.head()).seq
  await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: 'not the right one' } })
  await ask(broker, 'POST', '/v1/token/renew')
  await ask(broker, 'GET', '/v1/admin/launch-tokens', { bearer })
  await register(
    broker,
    registration({ launchToken: 'ab'.repeat(32), nonce: await freshNonce(broker) }),
  )
  await ask(broker, 'POST', '/v1/token/release', { bearer })
  await ask(broker, 'POST', '/v1/token/renew', { bearer })
  assert.deepEqual(await typesSince(broker, start), [
    'admin_auth_failed',
    'token_auth_failed',
    'scope_violation',
    'registration_failed',
    'token_released',
    'token_revoked_access',
  ])
  const denied = await broker.broker.context.store.audit.read(start + 1, 1000)
  for (const event of denied) {
    assert.match(event.request_id ?? '', /^[0-9a-f]{16}$/)
    assert.equal(event.source_ip, '127.0.0.1')
  }
  const dead = denied.at(-1)
  assert.equal(dead?.agent_id, agent.agentId)
  assert.equal(dead?.task_id, 'task')
  assert.equal(dead?.jti, decodeToken(bearer).jti)
  assert.match(dead?.detail ?? '', /reason=released/)
})

test('every change of an app leaves its event, and without one it does not happen', async () => {
  await using broker = await testBroker()
  const { store } = broker.broker.context
  const registered = await registerApp(broker)
  const app = await signIn(broker, registered)
  const url = `/v1/admin/apps/${registered.app_id}`
  const before = [await store.head(), await store.apps.find(registered.app_id)]
  const mend = breakAudit(broker)
  const changes = [
    () => askAsOperator(broker, 'POST', '/v1/admin/apps', { name: 'late', scopes: ['a:b:c'] }),
    () => askAsOperator(broker, 'PUT', url, { scopes: ['a:b:c'] }),
    () => askAsOperator(broker, 'POST', `${url}/secret`),
    () => attempt(broker, { ...registered }),
    () => askAsOperator(broker, 'DELETE', url),
  ]
  for (const change of changes) assertProblem(await change(), 503, 'service_unavailable')
  assert.deepEqual([await store.head(), await store.apps.find(registered.app_id)], before)
  assert.equal((await broker.client.validate(await app.token())).valid, true)

  mend()
  const start = (await store.head()).seq
  for (const change of changes) assert.ok((await change()).status < 300)
  assert.deepEqual(await typesSince(broker, start), [
    'app_registered',
    'app_updated',
    'scopes_ceiling_updated',
    'app_secret_rotated',
    'app_authenticated',
    'app_deregistered',
    'revocation_effect',
  ])
  const events = await eventsOf(broker)
  assert.equal((await verifyAuditChain(events, sha256)).ok, true)
  for (const event of events.slice(start, -1)) {
    if (event.event_type === 'app_registered') continue
    assert.equal(event.app_id, registered.app_id)
  }
})
