// Signed checkpoints: contract 5.4.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CheckpointMaker } from '../../../src/domain/audit/checkpoint-maker.ts'
import {
  exportTrail,
  newestCheckpoint,
  someEvent,
  verifyExport,
  writeEvents,
} from '../../audit-trail.ts'
import { rotate } from '../../signing-keys.ts'
import { testBroker, type TestBroker } from '../../test-broker.ts'

const maker = ({ broker }: TestBroker) => broker.context.live.checkpoints
const headOf = async ({ broker }: TestBroker) => (await broker.context.store.head()).seq

/** Until a checkpoint that was begun beside the requests is there. */
async function nextCheckpoint(broker: TestBroker, behind = 0) {
  const until = performance.now() + 10_000
  while (performance.now() < until) {
    const newest = await newestCheckpoint(broker)
    if (newest !== undefined && newest.seq > behind) return newest
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('no checkpoint was made')
}

test('the chain is signed after a hundred events, without anybody asking', async () => {
  await using broker = await testBroker()
  await writeEvents(broker, 99)
  await maker(broker).makeDue()
  assert.equal(await newestCheckpoint(broker), undefined)
  await writeEvents(broker, 1)
  assert.equal((await nextCheckpoint(broker)).seq, 100)
})

test('the chain is signed a minute after it grew, and not again while nothing happens', async () => {
  await using broker = await testBroker()
  await writeEvents(broker, 1)
  broker.advance(59_999)
  await maker(broker).makeDue()
  assert.equal(await newestCheckpoint(broker), undefined)
  broker.advance(1)
  await maker(broker).makeDue()
  const first = await newestCheckpoint(broker)
  assert.equal(first?.seq, 1)
  assert.equal(first.time, '2026-01-02T03:05:05.600Z')
  broker.advance(3_600_000)
  await maker(broker).makeDue()
  assert.deepEqual(await newestCheckpoint(broker), first)
})

test('a clock that was set back does not put off the next checkpoint', async () => {
  await using broker = await testBroker()
  broker.advance(-1)
  await writeEvents(broker, 1)
  await maker(broker).makeDue()
  assert.equal((await newestCheckpoint(broker))?.seq, 1)
})

test('the chain is signed when a key is rotated, by the new key', async () => {
  await using broker = await testBroker()
  for (const body of [undefined, { emergency: true }]) {
    const before = await headOf(broker)
    const { kid } = await rotate(broker, body)
    const checkpoint = await nextCheckpoint(broker, before)
    assert.equal(checkpoint.kid, kid)
    assert.equal(checkpoint.seq, await headOf(broker))
  }
})

test('the chain is signed to its end at an orderly stop', async () => {
  await using broker = await testBroker()
  await broker.agent()
  const seq = await headOf(broker)
  await broker.restart()
  assert.equal((await newestCheckpoint(broker))?.seq, seq)
})

test('an export agrees with every checkpoint, and one under a compromised key is told apart', async () => {
  await using broker = await testBroker()
  await broker.agent()
  await maker(broker).make()
  const kept = await newestCheckpoint(broker)
  assert.ok(kept !== undefined)
  await rotate(broker, { emergency: true })
  const rotated = await nextCheckpoint(broker, kept.seq)
  const result = await verifyExport(broker, await exportTrail(broker), {
    checkpoints: [rotated, kept],
  })
  assert.equal(result.ok, true)
  assert.deepEqual([result.checkpoints_checked, result.checkpoints_compromised], [2, 1])
})

test('of any number of makers at once each event is signed once, and none of them fails', async () => {
  await using broker = await testBroker()
  await writeEvents(broker, 5)
  const { keys, store, clock, log, live } = broker.broker.context
  const makers = Array.from(
    { length: 10 },
    () => new CheckpointMaker({ keys, store, clock, log, signingKeys: live.signingKeys }),
  )
  await Promise.all(makers.map((one) => one.make()))
  assert.equal((await newestCheckpoint(broker))?.seq, 5)
  assert.deepEqual(broker.logged, [])
})

test('a broker that knows only an older key learns the new one and signs with that', async () => {
  await using broker = await testBroker()
  const { keys, store, clock, log } = broker.broker.context
  const [old] = keys.published()
  await rotate(broker)
  await nextCheckpoint(broker)
  let isLearnt = false
  const follower = { reread: async () => (isLearnt = true) }
  const late = new CheckpointMaker({
    keys: {
      get activeKid() {
        return isLearnt ? keys.activeKid : (old?.kid ?? '')
      },
      signMessage: (message) => keys.signMessage(message),
    },
    store,
    clock,
    log,
    signingKeys: follower,
  })
  await writeEvents(broker, 1)
  await late.make()
  assert.equal((await newestCheckpoint(broker))?.kid, keys.activeKid)
})

test('a store that does not answer is logged, and the checkpoint is made later', async () => {
  await using broker = await testBroker()
  const { keys, store, clock, log, live } = broker.broker.context
  let isBroken = true
  const integrity = {
    ...store.integrity,
    newestCheckpoint: async (atMost: number) => {
      if (isBroken) throw new Error('no answer')
      return store.integrity.newestCheckpoint(atMost)
    },
  }
  const parts = { keys, clock, log, signingKeys: live.signingKeys }
  const own = new CheckpointMaker({
    ...parts,
    store: { head: () => store.head(), lastTime: () => store.lastTime(), integrity },
  })
  await writeEvents(broker, 2)
  own.eventsCommitted(Array.from({ length: 100 }, () => someEvent))
  while (broker.logged.length === 0) await new Promise((resolve) => setImmediate(resolve))
  isBroken = false
  await own.make()
  assert.equal((await newestCheckpoint(broker))?.seq, 2)
})
