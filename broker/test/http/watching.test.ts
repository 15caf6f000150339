// Health, readiness, metrics, keys and the API's description.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Readiness } from '../../src/http/state/readiness.ts'
import { allRoutes } from '../../src/http/routes/index.ts'
import { testBroker } from '../test-broker.ts'
import { appForTest } from './app-for-test.ts'
import { assertProblem } from './assert-answer.ts'

const silentAudit = { count: async () => 7 }

function countingStore() {
  const store = { probes: 0, isBroken: false }
  const probe = async () => {
    store.probes += 1
    if (store.isBroken) throw new Error('the disk is gone')
  }
  return {
    store,
    readiness: (clock: () => number) =>
      new Readiness({ probe, audit: silentAudit, lastTime: () => 0 }, clock, 0),
  }
}

async function get(app: Awaited<ReturnType<typeof appForTest>>['app'], url: string) {
  const { statusCode, headers, body } = await app.inject({ url })
  return { status: statusCode, headers, body }
}

test('health tells of a real query at most a second old, shared with readyz', async () => {
  let now = 1_000_000
  const { store, readiness } = countingStore()
  const ready = readiness(() => now)
  ready.markReady()
  await using made = await appForTest({ readiness: ready })
  const health = async () => JSON.parse((await get(made.app, '/v1/health')).body)

  const first = await health()
  assert.deepEqual(first, {
    status: 'ok',
    version: '0.0.0',
    uptime: 1,
    db_connected: true,
    audit_events_count: 7,
    features: ['renew-idempotency', 'revoke-dry-run', 'revocation-stream', 'audit-stream'],
  })
  assert.equal((await get(made.app, '/readyz')).status, 200)
  assert.equal(store.probes, 1)

  store.isBroken = true
  now += 1000
  const broken = await health()
  assert.equal(broken.status, 'degraded')
  assert.equal(broken.db_connected, false)
  assert.equal(broken.audit_events_count, 7)
  assertProblem(await get(made.app, '/readyz'), 503, 'service_unavailable')
  assert.equal(store.probes, 2)

  store.isBroken = false
  now += 9000
  assert.equal((await health()).uptime, 10)
  assert.equal((await get(made.app, '/readyz')).status, 200)
})

test('a broker that starts or drains is alive and not ready', async () => {
  const { readiness } = countingStore()
  const state = readiness(() => 0)
  await using made = await appForTest({ readiness: state })
  const expect = async (ready: number) => {
    assert.equal((await get(made.app, '/livez')).body, '{"status":"ok"}\n')
    assert.equal(JSON.parse((await get(made.app, '/v1/health')).body).status, 'ok')
    const answer = await get(made.app, '/readyz')
    assert.equal(answer.status, ready)
    if (ready === 503) assert.equal(answer.headers['retry-after'], '1')
  }
  await expect(503)
  state.markReady()
  await expect(200)
  state.drain()
  await expect(503)
  state.markReady()
  await expect(503)
})

test('metrics are text, compressed for whom gzip suits', async () => {
  await using broker = await testBroker()
  const plain = await broker.broker.app.inject('/v1/metrics')
  assert.equal(plain.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(plain.headers['content-encoding'], undefined)
  const headers = { 'accept-encoding': 'gzip, br' }
  const { headers: answered } = await broker.broker.app.inject({ url: '/v1/metrics', headers })
  assert.equal(answered['content-encoding'], 'gzip')
  assert.equal(answered['vary'], 'accept-encoding')
})

const signsIn = ['/v1/register', '/v1/admin/auth', '/v1/app/auth']

test('the description names every route with its statuses, and refers to nothing that is missing', async () => {
  await using broker = await testBroker()
  const { body } = await broker.broker.app.inject('/v1/openapi.json')
  const document = JSON.parse(body)
  assert.equal(document.openapi, '3.1.0')
  const described = Object.entries<object>(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.deepEqual(
    described.toSorted(),
    allRoutes.map(({ method, path }) => `${method} ${path}`).toSorted(),
  )

  for (const { method, path, status, access, body: schema } of allRoutes) {
    const operation = document.paths[path][method.toLowerCase()]
    const statuses = Object.keys(operation.responses)
    for (const expected of [String(status), '400', '413', '500', '503'])
      assert.ok(statuses.includes(expected))
    const canRefuse = access !== undefined || signsIn.includes(path)
    assert.equal(statuses.includes('401'), canRefuse, path)
    assert.equal('security' in operation, access !== undefined)
    assert.equal('requestBody' in operation, schema !== undefined)
  }
  const { headers } = document.paths['/v1/token/validate'].post.responses['400']
  assert.ok('Warning' in headers)
  assert.ok('Allow' in document.components.responses.MethodNotAllowed.headers)
  for (const [, name = ''] of body.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = name.split('/').reduce((value, part) => value?.[part], document)
    assert.equal(typeof found, 'object', name)
  }
})
