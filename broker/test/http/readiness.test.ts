// Health and readiness of a broker whose store or clock is in trouble (contract 4.14, 4.23).
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Readiness } from '../../src/http/state/readiness.ts'
import { ask, assertProblem } from '../ask.ts'
import { writeEvents } from '../audit-trail.ts'
import { signInAdmin } from '../lineages.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { failed } from './metric-changes.ts'
import { changesBy, metricsOf } from './metrics-page.ts'

interface Trouble {
  readonly begin: string
  readonly end: string
}

const unreadable: Trouble = {
  begin: 'alter table head rename to hidden',
  end: 'alter table hidden rename to head',
}

const unwritable: Trouble = {
  begin: `create trigger refuse before update on head begin select raise(abort, 'read only'); end`,
  end: 'drop trigger refuse',
}

for (const [what, trouble] of Object.entries({ read: unreadable, written: unwritable })) {
  test(`a broker whose store cannot be ${what} is alive, degraded and not ready, until it can`, async () => {
    await using broker = await testBroker()
    await writeEvents(broker, 7)
    await broker.restart()
    using database = new DatabaseSync(broker.databasePath)
    database.exec(trouble.begin)
    // Nobody has asked before: the last count known is that of the start.
    await assertState(broker, { isWell: false, events: 7 })
    database.exec(trouble.end)
    broker.advance(1000)
    await assertState(broker, { isWell: true, events: 7 })

    await writeEvents(broker, 2)
    broker.advance(1000)
    await assertState(broker, { isWell: true, events: 9 })
    database.exec(trouble.begin)
    // What was learned less than a second ago still counts.
    broker.advance(999)
    await assertState(broker, { isWell: true, events: 9 })
    broker.advance(1)
    await assertState(broker, { isWell: false, events: 9 })
    database.exec(trouble.end)
  })
}

test('metrics are shown though the store cannot be read, with the last number of agents, and the failure counts', async () => {
  await using broker = await testBroker()
  await broker.agent()
  assert.equal((await metricsOf(broker)).get('agentwrit_active_agents'), 1)
  using database = new DatabaseSync(broker.databasePath)
  database.exec('alter table sessions rename to hidden')
  const changes = await changesBy(broker, async () => undefined)
  assert.deepEqual(changes, failed('scan'))
  database.exec('alter table hidden rename to sessions')
  assert.deepEqual(await changesBy(broker, async () => undefined), {})
})

test('a store that says nothing at all is not waited for', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const silence = new Promise<never>(() => undefined)
  const audit = { count: async () => silence }
  const readiness = new Readiness({ probe: () => silence, audit, lastTime: () => 0 }, () => 0, 5)
  const state = readiness.storeState()
  assert.equal(readiness.storeState(), state, 'one query for all who ask')
  t.mock.timers.tick(2000)
  assert.deepEqual(await state, { isConnected: false, auditEvents: 5 })
})

test('a clock may lag behind the store by a second; beyond it nothing is issued', async () => {
  await using broker = await testBroker()
  await signInAdmin(broker)
  broker.advance(-1000)
  assert.equal((await ask(broker, 'GET', '/readyz')).status, 200)
  await signInAdmin(broker)
  broker.advance(-1)
  assertProblem(await ask(broker, 'GET', '/readyz'), 503, 'service_unavailable')
  await assert.rejects(signInAdmin(broker))
  // The store works, and nobody is served better by a restart.
  assert.equal((await ask(broker, 'GET', '/v1/health')).body['status'], 'ok')
  assert.equal((await ask(broker, 'GET', '/livez')).status, 200)
})

async function assertState(
  broker: TestBroker,
  { isWell, events }: { readonly isWell: boolean; readonly events: number },
): Promise<void> {
  assert.deepEqual((await ask(broker, 'GET', '/livez')).body, { status: 'ok' })
  const health = await ask(broker, 'GET', '/v1/health')
  assert.equal(health.status, 200)
  assert.partialDeepStrictEqual(health.body, {
    status: isWell ? 'ok' : 'degraded',
    db_connected: isWell,
    audit_events_count: events,
  })
  const ready = await ask(broker, 'GET', '/readyz')
  if (isWell) assert.deepEqual([ready.status, ready.body], [200, { status: 'ready' }])
  else assertProblem(ready, 503, 'service_unavailable')
}
