// Every metric of contract section 8 really moves, by exactly what happened, and nothing else moves with it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { allRoutes } from '../../src/http/routes/index.ts'
import { ask } from '../ask.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { writeEvents } from '../audit-trail.ts'
import { makeWorld } from './audit-world.ts'
import { answered } from './metric-changes.ts'
import { failures, launches, refusals, upkeep } from './metric-moves-of-requests.ts'
import { ends, issues } from './metric-moves-of-tokens.ts'
import { changesBy, isCounting, metricsOf } from './metrics-page.ts'

const moves = { ...issues, ...ends, ...launches, ...refusals, ...failures, ...upkeep }

let shared: TestBroker | undefined

before(async () => {
  shared = await testBroker({ environment: { AA_AUDIT_RETENTION_DAYS: '30' } })
})

after(() => shared?.[Symbol.asyncDispose]())

for (const [what, { prepare, changes }] of Object.entries(moves)) {
  test(`when ${what}, that is counted and nothing else`, async () => {
    assert.ok(shared !== undefined)
    // Everybody before is gone, and nobody is throttled because of them.
    shared.advance(3_600_000)
    const action = await prepare(await makeWorld(shared))
    assert.deepEqual(await changesBy(shared, action), changes)
  })
}

test('no series is without a test that moves it', async () => {
  await using broker = await testBroker()
  const served = [...(await metricsOf(broker)).keys()].filter(isCounting)
  const moved = new Set(Object.values(moves).flatMap(({ changes }) => Object.keys(changes)))
  const unmoved = served.filter((series) => !moved.has(series) && !isMovedElsewhere(series))
  assert.deepEqual(unmoved, [])
})

/** At the end of this file; each event type in audit-event-types.test.ts. */
function isMovedElsewhere(series: string): boolean {
  return /^agentwrit_audit_events_(loaded$|total\{)/.test(series)
}

test('each route counts its requests under its own template, whatever stands in the path', async () => {
  await using broker = await testBroker()
  for (const { method, path } of allRoutes.filter((route) => route.path !== '/v1/metrics')) {
    let status = 0
    const changes = await changesBy(broker, async () => {
      const url = path.replaceAll(/\{\w+\}/g, 'made%20up%22%0A')
      status = (await ask(broker, method, url, { bearer: 'nobody' })).status
    })
    const counted = Object.entries(changes).filter(([series]) => series.includes('endpoint='))
    const statusClass = `${Math.trunc(status / 100)}xx`
    assert.deepEqual(Object.fromEntries(counted), answered(path, statusClass))
  }
})

test('what no route answers is counted in one series', async () => {
  await using broker = await testBroker()
  const changes = await changesBy(broker, async () => {
    await ask(broker, 'GET', '/made/up/by/a/client')
    await ask(broker, 'DELETE', '/v1/health')
    await ask(broker, 'GET', '/v1/agents/')
  })
  assert.deepEqual(changes, { ...answered('unmatched', '4xx', 3) })
})

test('a seed token is an issued token, and the seed launch token none that somebody asked for', async () => {
  await using broker = await testBroker({ environment: { AA_SEED_TOKENS: 'true' } })
  const page = await metricsOf(broker)
  assert.equal(page.get('agentwrit_tokens_issued_total{kind="admin"}'), 1)
  assert.equal(page.get('agentwrit_audit_events_total{event_type="token_issued"}'), 1)
  assert.equal(page.get('agentwrit_launch_tokens_created_total'), 0)
})

test('events found at the start are told, and later ones are not added', async () => {
  await using broker = await testBroker()
  const loaded = async () => (await metricsOf(broker)).get('agentwrit_audit_events_loaded')
  assert.equal(await loaded(), 0)
  await writeEvents(broker, 7)
  assert.equal(await loaded(), 0)
  await broker.restart()
  assert.equal(await loaded(), 7)
})
