import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AgentWritError,
  Broker,
  ProblemError,
  TimeoutError,
  TransportError,
} from '@agentwrit/client'
import packageJson from '../package.json' with { type: 'json' }
import { problem, serve, stillSurroundings } from './local-server.ts'
import type { Reply } from './local-server.ts'

const health: Reply = {
  body: {
    status: 'ok',
    version: '0.1.0',
    uptime: 1,
    db_connected: true,
    audit_events_count: 0,
    features: [],
  },
}
const registration = {
  launch_token: 'a'.repeat(64),
  nonce: 'b'.repeat(64),
  public_key: 'key',
  signature: 'signature',
  orch_id: 'o',
  task_id: 't',
  requested_scope: ['read:data:1'],
}

test('a request says who asks, and its answer carries the request id beside the document', async () => {
  await using server = await serve(() => health)
  const answer = await new Broker(`${server.url}/`).health()
  assert.equal(answer.requestId, 'request-1')
  assert.deepEqual(JSON.parse(JSON.stringify(answer)), health.body)
  assert.equal(server.received[0]?.path, '/v1/health')
  assert.equal(
    server.received[0]?.headers['user-agent'],
    `agentwrit-typescript/${packageJson.version}`,
  )
})

test('a broker below a path is asked below that path', async () => {
  await using server = await serve(() => health)
  await new Broker(new URL('/agentwrit/', server.url)).health()
  assert.equal(server.received[0]?.path, '/agentwrit/v1/health')
})

test('fetch is looked up when a request is made, not when the client is', async (t) => {
  const broker = new Broker('http://broker.invalid')
  const mocked = t.mock.method(globalThis, 'fetch', async () => Response.json(health.body))
  assert.equal((await broker.health()).status, 'ok')
  assert.equal(mocked.mock.callCount(), 1)
})

for (const status of [408, 429, 500, 502, 503]) {
  test(`a read that is answered with ${status} is asked again, twice, with growing pauses`, async () => {
    const surroundings = stillSurroundings()
    await using server = await serve(() => problem(status, 'internal_error'))
    const broker = new Broker(server.url, { surroundings })
    await assert.rejects(
      broker.health(),
      (error) => error instanceof ProblemError && error.status === status,
    )
    assert.equal(server.received.length, 3)
    assert.deepEqual(surroundings.pauses, [187.5, 375])
  })
}

test('a refusal is not asked again', async () => {
  await using server = await serve(() => problem(404, 'not_found'))
  await assert.rejects(new Broker(server.url).health(), { errorCode: 'not_found' })
  assert.equal(server.received.length, 1)
})

test('a pause is never shorter than Retry-After', async () => {
  const surroundings = stillSurroundings()
  const busy: Reply = { ...problem(503, 'service_unavailable'), headers: { 'retry-after': '3' } }
  await using server = await serve((_, index) => (index === 0 ? busy : health))
  await new Broker(server.url, { surroundings }).health()
  assert.deepEqual(surroundings.pauses, [3000])
})

test('a pause that would outlast the deadline is not begun', async () => {
  const surroundings = stillSurroundings()
  const busy: Reply = { ...problem(503, 'service_unavailable'), headers: { 'retry-after': '60' } }
  await using server = await serve(() => busy)
  await assert.rejects(new Broker(server.url, { surroundings }).health(), {
    status: 503,
    retryAfter: 60,
  })
  assert.equal(server.received.length, 1)
})

for (const [retryAfter, seconds] of [
  ['9'.repeat(400), 2_147_483],
  ['Fri, 02 Jan 2026 00:01:00 GMT', 60],
  ['Fri, 02 Jan 2026 00:00:00 GMT', 0],
  ['Thu, 01 Jan 2026 00:00:00 GMT', undefined],
  ['2026-01-02T00:01:00Z', undefined],
  ['-60', undefined],
  ['1e3', undefined],
] as const) {
  test(`"Retry-After: ${retryAfter.slice(0, 30)}" is ${seconds} seconds`, async () => {
    const headers = { date: 'Fri, 02 Jan 2026 00:00:00 GMT', 'retry-after': retryAfter }
    await using server = await serve(() => ({ ...problem(503, 'service_unavailable'), headers }))
    const broker = new Broker(server.url, { surroundings: stillSurroundings() })
    await assert.rejects(broker.health(), { retryAfter: seconds })
    assert.equal(server.received.length, (seconds ?? 0) > 10 ? 1 : 3)
  })
}

test('a call may lower the number of its retries', async () => {
  await using server = await serve(() => problem(500, 'internal_error'))
  await assert.rejects(new Broker(server.url).health({ maxRetries: 0 }), { status: 500 })
  assert.equal(server.received.length, 1)
})

test('a broken connection is tried again for a read', async () => {
  const surroundings = stillSurroundings()
  await using server = await serve((_, index) => (index === 0 ? 'hang up' : health))
  assert.equal((await new Broker(server.url, { surroundings }).health()).status, 'ok')
})

test('a sign-in is tried again after a 5xx, not after a 408', async () => {
  const surroundings = stillSurroundings()
  await using server = await serve((_, index) =>
    problem(index === 0 ? 503 : 408, 'request_timeout'),
  )
  const broker = new Broker(server.url, { surroundings })
  await assert.rejects(broker.signIn({ secret: 'a wrong secret' }), { status: 408 })
  assert.equal(server.received.length, 2)
})

for (const reply of [
  'hang up',
  problem(500, 'internal_error'),
  problem(429, 'rate_limited'),
] as const) {
  const name = reply === 'hang up' ? reply : reply.status
  test(`a registration or renewal that was sent is never sent again (${name})`, async () => {
    await using server = await serve(() => reply)
    const broker = new Broker(server.url, { surroundings: stillSurroundings() })
    await assert.rejects(broker.register(registration), AgentWritError)
    await assert.rejects(broker.renew('token'), AgentWritError)
    assert.equal(server.received.length, 2)
  })
}

test('a registration whose connection was never made is tried again', async () => {
  const surroundings = stillSurroundings()
  const closed = await serve(() => undefined)
  await closed[Symbol.asyncDispose]()
  await assert.rejects(
    new Broker(closed.url, { surroundings }).register(registration),
    (error) => error instanceof TransportError && error.neverSent,
  )
  assert.equal(surroundings.pauses.length, 2)
})

test('a call without an answer ends at its timeout', async () => {
  await using server = await serve(() => undefined)
  await assert.rejects(new Broker(server.url, { timeout: 40 }).health(), TimeoutError)
  assert.equal(server.received.length, 1)
})

test('the timeout covers an answer that stops in the middle', async () => {
  await using server = await serve(() => ({ headers: { 'content-length': '1000' }, body: '{' }))
  const broker = new Broker(server.url, { timeout: 60 })
  await assert.rejects(broker.health({ maxRetries: 0 }), TimeoutError)
})

test('a cancelled call rejects with the reason that its caller gave', async () => {
  await using server = await serve(() => undefined)
  const reason = new Error('enough')
  const controller = new AbortController()
  const call = new Broker(server.url).health({ signal: controller.signal })
  controller.abort(reason)
  await assert.rejects(call, (error) => error === reason)
})

test('a redirect is not followed, so that no credential travels on', async () => {
  await using elsewhere = await serve(() => ({ status: 204 }))
  const location = `${elsewhere.url}/v1/token/release`
  for (const status of [301, 302, 303, 307, 308]) {
    await using server = await serve(() => ({ status, headers: { location } }))
    const broker = new Broker(server.url, { surroundings: stillSurroundings() })
    await assert.rejects(broker.release('token'), TransportError)
    assert.equal(server.received.length, 1)
  }
  assert.equal(elsewhere.received.length, 0)
})

test('an answer that is not the promised document is an error, not a value', async () => {
  for (const body of ['', 'null', '[]', '<html>', '{"nonce": 5, "expires_in": 30}']) {
    await using server = await serve(() => ({ body }))
    await assert.rejects(new Broker(server.url).challenge(), TransportError)
  }
})

test('a broker is named by an http URL that holds no credential', () => {
  for (const url of [
    'broker',
    'ftp://broker',
    'http://user:hunter2@broker',
    'http://b/?a=1',
    'http://b/#a',
  ]) {
    assert.throws(
      () => new Broker(url),
      (error) => error instanceof TypeError && !error.message.includes('hunter2'),
    )
  }
})

test('a timeout or a number of retries that makes no sense is refused', () => {
  for (const options of [
    { timeout: 0 },
    { timeout: 1.5 },
    { timeout: Infinity },
    { maxRetries: -1 },
    { maxRetries: 99 },
  ]) {
    assert.throws(() => new Broker('http://broker', options), RangeError)
  }
})
