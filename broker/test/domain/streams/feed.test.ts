import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Feed } from '../../../src/domain/streams/feed.ts'

interface Table {
  rows: number
  reads: number
  isBroken: boolean
  now: number
  /** Until then a read does not answer. */
  answering: Promise<void>
}

function fed(rows = 0) {
  const table: Table = { rows, reads: 0, isBroken: false, now: 1000, answering: Promise.resolve() }
  const feed = new Feed({
    lastSeq: async () => table.rows,
    after: async (seq, limit) => {
      table.reads += 1
      const until = Math.min(table.rows, seq + limit)
      await table.answering
      if (table.isBroken) throw new Error('broken')
      return Array.from({ length: until - seq }, (_, place) => ({ seq: seq + 1 + place }))
    },
    clock: () => table.now,
    maxStaleness: 5000,
  })
  return { table, feed }
}

test('whoever begins to follow knows what there was, and remembers what comes', async () => {
  const { table, feed } = fed(7)
  await feed.join()
  assert.equal(feed.seq, 7)
  assert.deepEqual(feed.recent(7), [])
  assert.equal(feed.recent(6), undefined)
  table.rows = 1300
  await feed.poll()
  assert.equal(feed.seq, 1300)
  assert.equal(feed.recent(7), undefined)
  assert.equal(feed.recent(300)?.length, 1000)
  assert.deepEqual(feed.recent(1298), [{ seq: 1299 }, { seq: 1300 }])
  assert.equal(feed.recent(1301), undefined)
})

test('however many ask at once share one read, which begins after they asked', async () => {
  const { table, feed } = fed()
  await feed.join()
  const gate = Promise.withResolvers<void>()
  table.answering = gate.promise
  const first = feed.poll()
  await Promise.resolve()
  table.rows = 1
  const later = [feed.poll(), feed.poll(), feed.poll()]
  gate.resolve()
  await Promise.all([first, ...later])
  assert.equal(feed.seq, 1)
  assert.equal(table.reads, 3)
})

test('what is known is as old as the instant before the last good read was sent', async () => {
  const { table, feed } = fed()
  assert.equal(feed.isStale, true)
  await feed.join()
  const gate = Promise.withResolvers<void>()
  table.answering = gate.promise
  const reading = feed.poll()
  await Promise.resolve()
  table.now += 4000
  gate.resolve()
  await reading
  assert.equal(feed.asOf, 1000)
  table.isBroken = true
  await assert.rejects(feed.poll())
  assert.equal(feed.asOf, 1000)
  assert.equal(feed.isStale, false)
  table.now += 1001
  assert.equal(feed.isStale, true)
  table.isBroken = false
  await feed.poll()
  assert.equal(feed.isStale, false)
})

test('a read that hangs or fails wakes those who follow, so that they look at their age', async () => {
  const { table, feed } = fed()
  await feed.join()
  const gate = Promise.withResolvers<void>()
  table.answering = gate.promise
  table.isBroken = true
  feed.tick()
  await Promise.resolve()
  const hanging = feed.moved()
  feed.tick()
  await hanging
  const failing = feed.moved()
  gate.resolve()
  await failing
  assert.equal(feed.beat, 0)
})

test('only a good read on time is a beat', async () => {
  const { table, feed } = fed()
  await feed.join()
  table.rows = 1
  await feed.poll()
  assert.equal(feed.beat, 0)
  feed.tick()
  while (feed.beat === 0) await feed.moved()
  assert.equal(feed.beat, 1)
})

test('whoever follows later begins at the present', async () => {
  const { table, feed } = fed()
  await feed.join()
  feed.leave()
  assert.equal(feed.isFollowed, false)
  table.rows = 100_000
  const before = table.reads
  await feed.join()
  assert.equal(feed.seq, 100_000)
  assert.equal(table.reads, before + 1)
})

test('reads of the past take turns, failed ones too', async () => {
  const { feed } = fed()
  const order: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = feed.inTurn(async () => {
    await gate.promise
    order.push('first')
    throw new Error('broken')
  })
  const second = feed.inTurn(async () => order.push('second'))
  gate.resolve()
  await assert.rejects(first)
  await second
  assert.deepEqual(order, ['first', 'second'])
})
