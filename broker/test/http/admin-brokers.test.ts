// GET /v1/admin/brokers: contract 4.31.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrokerInfo, BrokerList } from '@agentwrit/protocol'
import { version } from '../../src/version.ts'
import { askAsOperator } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { signInAdmin } from '../lineages.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const path = '/v1/admin/brokers'

async function only(broker: TestBroker): Promise<BrokerInfo> {
  const { status, body } = await askAsOperator(broker, 'GET', path)
  assert.equal(status, 200, JSON.stringify(body))
  const { brokers } = body as unknown as BrokerList
  const [first] = brokers
  assert.ok(first !== undefined && brokers.length === 1)
  return first
}

test('on one database file there is one broker, the one that answers', async () => {
  await using broker = await testBroker({ environment: { AA_ADMIN_TOKEN_TTL: '3600' } })
  broker.advance(90_000)
  const { id, index_age: age, ...rest } = await only(broker)
  const { epoch, streamSeq } = await broker.broker.context.store.head()
  assert.match(id, /^[0-9a-f]{16}$/)
  assert.ok(age >= 0 && age < 5)
  assert.deepEqual(rest, {
    version,
    started_at: '2026-01-02T03:04:05.600Z',
    last_seen_at: '2026-01-02T03:05:35.600Z',
    epoch,
    applied_seq: streamSeq,
  })
})

test('each start makes another broker of it', async () => {
  await using broker = await testBroker({ environment: { AA_ADMIN_TOKEN_TTL: '3600' } })
  const first = await only(broker)
  assert.equal((await only(broker)).id, first.id)
  broker.advance(1000)
  await broker.restart()
  const second = await only(broker)
  assert.notEqual(second.id, first.id)
  assert.equal(second.started_at, '2026-01-02T03:04:06.600Z')
  assert.equal(second.epoch, first.epoch)
})

test('it has applied each change that verifiers are told of', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  const { applied_seq: before } = await only(broker)
  await operator.revoke({ level: 'task', target: 'october' })
  await operator.revoke({ level: 'task', target: 'november' })
  assert.equal((await only(broker)).applied_seq, before + 2)
})

test('a broker whose store does not answer says nothing of what it knows', async () => {
  await using broker = await testBroker()
  const { token: bearer } = await signInAdmin(broker)
  const { store, live } = broker.broker.context
  await store.close()
  assertProblem(await ask(broker, 'GET', path, { bearer }), 503, 'service_unavailable')
  assert.equal(live.feeds.changes.isFollowed, false)
})
