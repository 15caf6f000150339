import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setImmediate as aTurnOfTheLoop } from 'node:timers/promises'
import { registerApp } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { held, revokeAs, signInAdmin, signInApp, type Held } from '../lineages.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { listening, openStream, untilOpened, type StreamClient } from './stream-client.ts'

const revocations = '/v1/revocations/stream'
const audit = '/v1/audit/stream'

test('the eleventh stream of one principal is refused, until one of them has ended', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  const paths = [...Array.from({ length: 9 }, () => revocations), audit]
  const streams = await Promise.all(paths.map((path) => follow(broker, admin, path)))
  const bearer = (await signInAdmin(broker)).token
  const eleventh = await ask(broker, 'GET', revocations, { bearer })
  assertProblem(eleventh, 503, 'service_unavailable')
  assert.equal(eleventh.headers.get('retry-after'), '1')
  using other = await follow(broker, await signInApp(broker, await registerApp(broker)))
  await other.next('fresh')
  const [first] = streams
  first?.[Symbol.dispose]()
  using again = await untilOpened(() => openStream(broker, revocations, { bearer }))
  await again.next('fresh')
  for (const stream of streams) stream[Symbol.dispose]()
})

test('a stream ends when its bearer is revoked or released, without a further event', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  for (const path of [revocations, audit]) {
    const app = await registerApp(broker)
    const revoked = await signInApp(broker, app)
    using stream = await follow(broker, revoked, path)
    await revokeAs(broker, admin, { level: 'token', target: revoked.claims.jti })
    await stream.ended()
    assert.equal(stream.text().includes(revoked.claims.sid ?? ''), false)
    const released = await signInApp(broker, app)
    using another = await follow(broker, released, path)
    await ask(broker, 'POST', '/v1/token/release', { bearer: released.token })
    await another.ended()
  }
})

test('a stream ends when its bearer expires or is renewed', async () => {
  await using broker = await streaming()
  const app = await registerApp(broker)
  const signedIn = await signInApp(broker, app)
  using renewed = await follow(broker, signedIn)
  const answer = await ask(broker, 'POST', '/v1/token/renew', { bearer: signedIn.token })
  await renewed.ended()
  using expired = await follow(broker, held(answer.body))
  using longer = await follow(broker, await signInAdmin(broker))
  await Promise.all([expired.next('fresh'), longer.next('fresh')])
  broker.advance(1_800_000)
  await expired.ended()
  await longer.next('fresh')
})

test('streams end while the broker cannot know what is true, and none begins', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  using stream = await follow(broker, admin)
  await stream.next('fresh')
  using database = new DatabaseSync(broker.databasePath)
  database.exec('alter table changes rename to hidden')
  broker.advance(5001)
  await stream.ended()
  const bearer = admin.token
  assertProblem(await ask(broker, 'GET', revocations, { bearer }), 503, 'service_unavailable')
  database.exec('alter table hidden rename to changes')
  using again = await follow(broker, admin)
  await again.next('fresh')
})

test('the end of the broker ends all streams at once', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  const streams = await Promise.all([follow(broker, admin), follow(broker, admin, audit)])
  const startedAt = performance.now()
  await broker.broker.close()
  assert.ok(performance.now() - startedAt < 5000, 'nobody waited for the drain')
  for (const stream of streams) await stream.ended()
})

test('an open stream is no slow answer: it counts in no duration, and its record is written at its end', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  const stream = await follow(broker, admin)
  await stream.next('fresh')
  assert.equal(records(broker).length, 0)
  stream[Symbol.dispose]()
  while (records(broker).length === 0) await aTurnOfTheLoop()
  assert.partialDeepStrictEqual(records(broker)[0], { method: 'GET', status: 200 })
  const { body } = await broker.broker.app.inject('/v1/metrics')
  assert.equal(body.includes(`endpoint="${revocations}"`), false)
  assertProblem(await ask(broker, 'GET', revocations), 401, 'unauthorized')
  const { body: later } = await broker.broker.app.inject('/v1/metrics')
  assert.ok(later.includes(`endpoint="${revocations}",status_class="4xx"`))
})

test('every second the state is fresh again, dated before it was looked at', async () => {
  await using broker = await streaming('real')
  const admin = await signInAdmin(broker)
  using stream = await follow(broker, admin)
  const dates: number[] = []
  for (const _ of [1, 2, 3]) {
    const { as_of: asOf } = await stream.nextData('fresh')
    dates.push(Date.parse(String(asOf)))
    assert.ok((dates.at(-1) ?? 0) <= Date.now())
  }
  const steps = dates.slice(1).map((date, place) => date - (dates[place] ?? 0))
  for (const step of steps) assert.ok(step > 0 && step < 3000, `a step of ${step} ms`)
})

function records({ logged }: TestBroker): Record<string, unknown>[] {
  return logged
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ message, route }) => message === 'request' && route === revocations)
}

function streaming(clock: 'fixed' | 'real' = 'fixed'): Promise<TestBroker> {
  return testBroker({ clock, environment: { AA_PORT: '0', AA_ADMIN_TOKEN_TTL: '3600' } }).then(
    listening,
  )
}

function follow(broker: TestBroker, { token }: Held, path = revocations): Promise<StreamClient> {
  return openStream(broker, path, { bearer: token })
}
