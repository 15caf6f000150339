// GET /v1/audit/verify: contract 4.21 and 5.4.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { ask, assertProblem } from '../ask.ts'
import { exportTrail, verifyExport, verifyOnline, verifyPath, writeEvents } from '../audit-trail.ts'
import { asNewOperator } from '../signing-keys.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const checkpoints = ({ broker }: TestBroker) => broker.context.live.checkpoints

test('an intact log verifies to its head, and the newest checkpoint comes along', async () => {
  await using broker = await testBroker()
  await broker.agent()
  await checkpoints(broker).make()
  const { seq: signed } = await broker.broker.context.store.head()
  const answer = await verifyOnline(broker)
  const { seq, hash } = await broker.broker.context.store.head()
  const { checkpoint, ...rest } = answer
  assert.deepEqual(rest, {
    ok: true,
    from_seq: 1,
    to_seq: seq,
    events_checked: seq,
    checkpoints_checked: 1,
    head: { seq, hash },
  })
  assert.equal(checkpoint?.seq, signed)
  const kept = { checkpoints: [checkpoint] }
  const offline = await verifyExport(broker, await exportTrail(broker), kept)
  assert.deepEqual([offline.ok, offline.checkpoints_checked], [true, 1])
})

test('a range is checked from any event on, and ends at the head at the latest', async () => {
  await using broker = await testBroker()
  await writeEvents(broker, 9)
  const part = await verifyOnline(broker, { from_seq: 3, to_seq: 7 })
  assert.deepEqual(
    [part.ok, part.from_seq, part.to_seq, part.events_checked, part.head.seq],
    [true, 3, 7, 5, 10],
  )
  const beyond = await verifyOnline(broker, { from_seq: 8, to_seq: 999_999_999_999_999 })
  assert.deepEqual([beyond.ok, beyond.to_seq, beyond.events_checked], [true, 11, 4])
  const next = await verifyOnline(broker, { from_seq: 13 })
  assert.deepEqual([next.ok, next.from_seq, next.to_seq, next.events_checked], [true, 13, 12, 0])
})

test('whoever asks for what comes behind an event that is not there is told that it is missing', async () => {
  await using broker = await testBroker()
  const answer = await verifyOnline(broker, { from_seq: 500 })
  assert.deepEqual([answer.ok, answer.error], [false, { seq: 2, reason: 'missing' }])
  assert.equal(answer.events_checked, 0)
})

test('the first broken event is named, and only ranges that hold it are not intact', async () => {
  await using broker = await testBroker()
  await writeEvents(broker, 20)
  change(
    broker,
    `update audit_events set event = replace(event, 'something', 'nothing') where seq in (8, 12)`,
  )
  const whole = await verifyOnline(broker)
  assert.deepEqual(whole.error, { seq: 8, reason: 'hash' })
  assert.equal(whole.events_checked, 7)
  assert.equal((await verifyOnline(broker, { to_seq: 7 })).ok, true)
  assert.equal((await verifyOnline(broker, { from_seq: 13 })).ok, true)
  assert.deepEqual((await verifyOnline(broker, { from_seq: 9 })).error, { seq: 12, reason: 'hash' })
})

test('rows outside of the log, and checkpoints over events that are gone, are noticed', async () => {
  for (const [statement, error] of [
    [copyTo(-3), { seq: 0, reason: 'sequence' }],
    [copyTo(500), { seq: 12, reason: 'sequence' }],
    [`update checkpoints set seq = 500`, { seq: 12, reason: 'checkpoint' }],
  ] as const) {
    await using broker = await testBroker()
    await writeEvents(broker, 10)
    await checkpoints(broker).make()
    change(broker, statement)
    const answer = await verifyOnline(broker)
    assert.deepEqual([answer.ok, answer.error], [false, error])
    assert.equal((await verifyOnline(broker, { from_seq: 2, to_seq: 5 })).ok, true)
  }
})

test('other readers get their turn while a long log is verified', async () => {
  await using broker = await testBroker()
  await broker.operator()
  for (let round = 0; round < 5; round += 1) await writeEvents(broker, 2000)
  const order: string[] = []
  const { store } = broker.broker.context
  const verified = (async () => {
    const { ok, events_checked: events } = await verifyOnline(broker)
    order.push('verified')
    assert.deepEqual([ok, events], [true, 10_002])
  })()
  const listed = (async () => {
    for (let turn = 0; turn < 3; turn += 1) await store.apps.count()
    order.push('listed')
  })()
  await Promise.all([verified, listed])
  assert.deepEqual(order, ['listed', 'verified'])
})

test('a question without a meaning is refused, and so is whoever is no operator', async () => {
  await using broker = await testBroker()
  for (const query of [
    'from_seq=0',
    'from_seq=-1',
    'from_seq=1.5',
    'from_seq=x',
    'to_seq=0',
    'to_seq=1e3',
    'to_seq=1234567890123456',
    'from_seq=5&to_seq=4',
    'from_seq=1&from_seq=2',
  ]) {
    const answer = await asNewOperator(broker, 'GET', `${verifyPath}?${query}`)
    assertProblem(answer, 400, 'invalid_request')
  }
  const agent = await (await broker.agent()).token()
  assertProblem(await ask(broker, 'GET', verifyPath, { bearer: agent }), 403, 'insufficient_scope')
  assertProblem(await ask(broker, 'GET', verifyPath), 401, 'unauthorized')
})

const copyTo = (seq: number) =>
  `insert into audit_events (seq, event, happened_at, event_type, mac)
   select ${seq}, event, happened_at, event_type, mac from audit_events where seq = 5`

function change({ databasePath }: TestBroker, statement: string): void {
  const database = new DatabaseSync(databasePath)
  try {
    assert.ok(database.prepare(statement).run().changes > 0)
  } finally {
    database.close()
  }
}
