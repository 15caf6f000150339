// Health, readiness, metrics, keys and the API's description.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditEventTypes } from '@agentwrit/protocol'
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
      new Readiness({ probe, audit: silentAudit, lastTime: () => 0 }, clock),
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
    assert.equal((await get(made.app, '/livez')).status, 200)
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

async function metricsOf(broker: Awaited<ReturnType<typeof testBroker>>) {
  const { body, headers } = await broker.broker.app.inject('/v1/metrics')
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  return (line: string) => {
    const found = body.split('\n').find((one) => one.startsWith(`${line} `))
    return found === undefined ? undefined : Number(found.split(' ').at(-1))
  }
}

test('every value a label can have is counted from 0', async () => {
  await using broker = await testBroker()
  const atStart = await metricsOf(broker)
  const labels = {
    tokens_issued_total: ['kind', ['admin', 'app', 'agent', 'delegated']],
    tokens_revoked_total: ['level', ['token', 'agent', 'task', 'chain', 'release', 'app']],
    registrations_total: ['status', ['success', 'failure']],
    admin_auth_total: ['status', ['success', 'failure']],
    audit_events_total: ['event_type', auditEventTypes],
    db_errors_total: ['operation', ['commit', 'read', 'scan']],
  } as const
  for (const [name, [label, values]] of Object.entries(labels)) {
    for (const value of values) {
      const line = `agentwrit_${name}{${label}="${value}"}`
      assert.equal(atStart(line), 0, line)
    }
  }
})

test('metrics follow the life of an agent', async () => {
  await using broker = await testBroker()
  const agent = await broker.agent()
  await agent.renew()
  const during = await metricsOf(broker)
  assert.equal(during('agentwrit_active_agents'), 1)
  assert.equal(during('agentwrit_tokens_issued_total{kind="admin"}'), 1)
  assert.equal(during('agentwrit_tokens_issued_total{kind="agent"}'), 2)
  assert.equal(during('agentwrit_registrations_total{status="success"}'), 1)
  assert.equal(during('agentwrit_admin_auth_total{status="success"}'), 1)
  assert.equal(during('agentwrit_launch_tokens_created_total'), 1)
  assert.equal(during('agentwrit_audit_events_total{event_type="token_renewed"}'), 1)
  assert.ok(Number(during('agentwrit_audit_write_duration_seconds_count')) >= 4)

  await agent.release()
  await broker.broker.app.inject({ method: 'POST', url: '/v1/register', payload: {} })
  await broker.broker.app.inject({ method: 'POST', url: '/v1/admin/auth', payload: {} })
  await broker.broker.app.inject({ url: '/made/up/by/a/client' })
  const after = await metricsOf(broker)
  assert.equal(after('agentwrit_active_agents'), 0)
  assert.equal(after('agentwrit_tokens_revoked_total{level="release"}'), 1)
  assert.equal(after('agentwrit_registrations_total{status="failure"}'), 1)
  assert.equal(after('agentwrit_admin_auth_total{status="failure"}'), 1)
  const duration = 'agentwrit_request_duration_seconds_count'
  assert.equal(after(`${duration}{endpoint="unmatched",status_class="4xx"}`), 1)
  assert.equal(after(`${duration}{endpoint="/v1/token/renew",status_class="2xx"}`), 1)
})

test('metrics are compressed for whom gzip suits', async () => {
  await using broker = await testBroker()
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
