import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Context } from '../src/domain/context.ts'
import { Statistics } from '../src/domain/statistics/statistics.ts'
import { keepStatistics } from '../src/keep-statistics.ts'
import { writeEvents } from './audit-trail.ts'
import { testBroker, type TestBroker } from './test-broker.ts'

/** The broker's own context, but for statistics that have been told of nothing yet. */
async function startedAnew({ broker: { context } }: TestBroker): Promise<Context> {
  const { seq } = await context.store.head()
  return { ...context, live: { ...context.live, statistics: new Statistics(context.clock, seq) } }
}

/** Lets the threads of the store have their turns. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setImmediate()
}

test('agents are counted at once and early in each minute, without anybody asking', async (t) => {
  await using broker = await testBroker()
  await broker.agent()
  const context = await startedAnew(broker)
  const { statistics } = context.live
  t.mock.timers.enable({ apis: ['setInterval'] })
  const keeping = keepStatistics(context)
  await until(() => statistics.isSampled)
  broker.advance(120_000)
  assert.equal(statistics.isSampled, false)
  t.mock.timers.tick(5000)
  await until(() => statistics.isSampled)
  await keeping.stop()
  assert.deepEqual(statistics.report().live_agents.slice(-4), [null, 1, null, 1])
})

test('what only the log can tell of is read at once, and with the next round when that fails', async (t) => {
  await using broker = await testBroker()
  await writeEvents(broker, 2500)
  const context = await startedAnew(broker)
  const { store, live } = context
  const failures = [new Error('the disk is gone')]
  const tally: Context['store']['audit']['tally'] = async (owed) => {
    const failure = failures.pop()
    if (failure !== undefined) throw failure
    return store.audit.tally(owed)
  }
  t.mock.timers.enable({ apis: ['setInterval'] })
  const failing = { ...store, audit: { ...store.audit, tally } }
  const keeping = keepStatistics({ ...context, store: failing })
  await until(() => failures.length === 0)
  await setImmediate()
  assert.equal(live.statistics.report().complete, false)
  t.mock.timers.tick(5000)
  await until(() => live.statistics.report().complete)
  await keeping.stop()
  const { refused } = live.statistics.report()
  assert.deepEqual(Object.keys(refused), ['token_auth_failed'])
  assert.equal(refused.token_auth_failed?.at(-1), 2500)
})

test('whoever stops the broker does not wait for all that is owed', async () => {
  await using broker = await testBroker()
  await writeEvents(broker, 2500)
  const context = await startedAnew(broker)
  await keepStatistics(context).stop()
  assert.equal(context.live.statistics.report().complete, false)
})

test('what another broker has committed counts here, too', async (t) => {
  await using broker = await testBroker()
  const context = await startedAnew(broker)
  const { statistics } = context.live
  t.mock.timers.enable({ apis: ['setInterval'] })
  const keeping = keepStatistics(context)
  await until(() => statistics.isSampled && statistics.report().complete)
  // These statistics hear of no commit: to them all are somebody else's.
  await writeEvents(broker, 12)
  t.mock.timers.tick(5000)
  await until(() => statistics.report().refused.token_auth_failed !== undefined)
  await keeping.stop()
  assert.equal(statistics.report().refused.token_auth_failed?.at(-1), 12)
})
