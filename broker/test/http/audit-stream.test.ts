import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registerApp } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { agentOf, held, revokeAs, signInAdmin, signInApp, type Held } from '../lineages.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { listening, openStream, type StreamClient } from './stream-client.ts'

const path = '/v1/audit/stream'

test('the audit trail is followed from the present on, event by event as it is kept', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  using stream = await follow(broker, admin)
  const { epoch, seq } = await broker.broker.context.store.head()
  await agentOf(broker, admin)
  const kept = await broker.broker.context.store.audit.read(seq + 1, 100)
  assert.ok(kept.length >= 3)
  for (const event of kept) {
    const sent = await stream.next('audit')
    assert.equal(sent.id, `${epoch}.${event.seq}`)
    assert.deepEqual(JSON.parse(sent.data), event)
  }
})

test('who resumes gets every event missed, whatever its filter passes over', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  const { epoch, seq } = await broker.broker.context.store.head()
  for (const target of ['one', 'two']) await revokeAs(broker, admin, { level: 'task', target })
  using resumed = await follow(broker, admin, '?task_id=two', `${epoch}.${seq}`)
  await revokeAs(broker, admin, { level: 'task', target: 'two' })
  const told: unknown[] = []
  for (const _ of [1, 2, 3]) told.push(await resumed.nextData('audit'))
  const all = await broker.broker.context.store.audit.read(seq + 1, 100)
  const wanted = all.filter((event) => event.task_id === 'two').slice(0, 3)
  assert.deepEqual(told, wanted)
  // Of another epoch, or of an event that has not happened: from the present.
  for (const useless of ['0123456789abcdef.1', `${epoch}.100000`]) {
    using stream = await follow(broker, admin, '', useless)
    const next = (await broker.broker.context.store.head()).seq + 1
    await revokeAs(broker, admin, { level: 'task', target: 'three' })
    assert.equal((await stream.nextData('audit'))['seq'], next)
  }
})

test('filters match exactly, and a bad one is refused', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  using denied = await follow(broker, admin, '?outcome=denied&event_type=admin_auth_failed')
  using none = await follow(broker, admin, '?agent_id=spiffe://agentwrit.local')
  await agentOf(broker, admin)
  const refused = await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: 'a wrong one' } })
  assert.equal(refused.status, 401)
  assert.equal((await denied.nextData('audit'))['event_type'], 'admin_auth_failed')
  assert.equal(none.text().includes('event: audit'), false)
  const bearer = admin.token
  for (const query of ['?event_type=no_such', '?outcome=maybe', '?jti=']) {
    assertProblem(await ask(broker, 'GET', `${path}${query}`, { bearer }), 400, 'invalid_request')
  }
})

test('an app follows its own events alone, and a verifier none', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  const [own, other] = [await registerApp(broker), await registerApp(broker)]
  const app = await signInApp(broker, own)
  using stream = await follow(broker, app)
  using foreign = await follow(broker, app, `?app_id=${other.app_id}`)
  await signInApp(broker, other)
  await agentOf(broker, admin)
  await signInApp(broker, own)
  const event = await stream.nextData('audit')
  assert.equal(event['event_type'], 'app_authenticated')
  assert.equal(event['app_id'], own.app_id)
  assert.equal(foreign.text().includes('event: audit'), false)
  const bearer = (await verifier(broker, admin)).token
  assertProblem(await ask(broker, 'GET', path, { bearer }), 403, 'insufficient_scope')
  using changes = await openStream(broker, '/v1/revocations/stream', { bearer })
  await changes.next('fresh')
})

async function verifier(broker: TestBroker, admin: Held): Promise<Held> {
  const body = { name: 'verifier', scopes: [], role: 'verifier' }
  const made = await ask(broker, 'POST', '/v1/admin/apps', { bearer: admin.token, body })
  const { client_id, client_secret } = made.body
  const signedIn = await ask(broker, 'POST', '/v1/app/auth', { body: { client_id, client_secret } })
  return held(signedIn.body)
}

function streaming(): Promise<TestBroker> {
  return testBroker({ environment: { AA_PORT: '0' } }).then(listening)
}

function follow(
  broker: TestBroker,
  { token }: Held,
  query = '',
  lastEventId?: string,
): Promise<StreamClient> {
  const resume = lastEventId === undefined ? {} : { lastEventId }
  return openStream(broker, `${path}${query}`, { bearer: token, ...resume })
}
