// Law 6 and 7 of the metrics: whatever a client sends, no label says it, and there are only so many series.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditEventTypes, revocationLevels } from '@agentwrit/protocol'
import * as fc from 'fast-check'
import { allRoutes } from '../../src/http/routes/index.ts'
import { tokenKinds } from '../../src/domain/tokens/token-kind.ts'
import { storeOperations } from '../../src/store/store-observer.ts'
import { ask } from '../ask.ts'
import { signInAdmin } from '../lineages.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { metricsOf, type MetricsPage } from './metrics-page.ts'
import { rawClient } from './raw-client.ts'
import { listening } from './stream-client.ts'

const endpoints = ['unmatched', ...new Set(allRoutes.map(({ path }) => path))]
const statusClasses = ['2xx', '3xx', '4xx', '5xx']
const lists: Readonly<Record<string, readonly string[]>> = {
  kind: tokenKinds,
  level: [...revocationLevels, 'release'],
  status: ['success', 'failure'],
  endpoint: endpoints,
  status_class: statusClasses,
  event_type: auditEventTypes,
  operation: storeOperations,
}

/** Each route in each class has eleven buckets, one for all, sum and count; the others are a hundred at most. */
const mostSeries = endpoints.length * statusClasses.length * 14 + 100

test('after a storm of requests all label values are still ours, and the series as many as there can be', async () => {
  await using broker = await listening(await testBroker({ environment: { AA_PORT: '0' } }))
  const { token: bearer } = await signInAdmin(broker)
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, bodied, known }) => {
      const headers = known ? { authorization: `Bearer ${bearer}` } : {}
      const payload = method === 'GET' || method === 'HEAD' ? {} : { payload: bodied }
      await broker.broker.app.inject({ method: method as 'GET', url: path, headers, ...payload })
    }),
    { numRuns: 400 },
  )
  for (const bytes of brokenRequests) await sendRaw(broker, bytes)
  assertBounded(await metricsOf(broker))
})

test('a value that looks like a label, or like the end of one, stands nowhere', async () => {
  await using broker = await testBroker()
  const { token: bearer } = await signInAdmin(broker)
  const hostile = 'x"} 1\nagentwrit_made_up{y="'
  const segment = encodeURIComponent(hostile)
  const asked: [string, string, object?][] = [
    ['GET', `/${segment}`],
    ['GET', `/v1/agents/${segment}`],
    ['GET', `/v1/audit/events?event_type=${segment}`],
    ['POST', '/v1/app/auth', { client_id: hostile, client_secret: hostile }],
    ['POST', '/v1/revoke', { level: hostile, target: hostile }],
    ['POST', '/v1/admin/launch-tokens', { agent_name: hostile, allowed_scope: [hostile] }],
    ['POST', '/v1/admin/launch-tokens', { agent_name: 'made_up', allowed_scope: ['made:up:*'] }],
  ]
  for (const [method, path, body] of asked) await ask(broker, method, path, { bearer, body })
  const page = await broker.client.metrics()
  assert.doesNotMatch(page, /made|x\\"/)
  assertBounded(await metricsOf(broker))
})

function assertBounded(page: MetricsPage): void {
  for (const series of page.keys()) {
    for (const [, label = '', value = ''] of series.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      if (label === 'le') assert.match(value, /^(?:[\d.]+|\+Inf)$/)
      else assert.ok(lists[label]?.includes(value), series)
    }
  }
  assert.ok(page.size <= mostSeries, `${page.size} series`)
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('..', '%2e%2e', '%', '"', '\\', '\n', '{}', '__proto__', 'constructor', '*'),
)

const path = fc.oneof(
  text.map((one) => `/${encodeURI(one.toWellFormed())}`),
  fc.tuple(fc.constantFrom(...allRoutes), text).map(([route, one]) => {
    const segment = encodeURIComponent(one.toWellFormed())
    return `${route.path.replaceAll(/\{\w+\}/g, segment)}?event_type=${segment}&${segment}`
  }),
)

const names = ['client_id', 'client_secret', 'secret', 'level', 'target', 'token', 'task_id']
const request = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'),
  path: path.filter((one) => !one.includes('/stream')),
  bodied: fc.dictionary(fc.oneof(fc.constantFrom(...names), text), fc.oneof(text, fc.array(text))),
  known: fc.boolean(),
})

/** What Node refuses before any route is sought. */
const brokenRequests = [
  'MADE-UP /x HTTP/1.1\r\nHost: broker.test\r\n\r\n',
  'GET /x"} 1 HTTP/1.1\r\nHost: broker.test\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  `GET / HTTP/1.1\r\nHost: broker.test\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`,
]

async function sendRaw({ broker }: TestBroker, bytes: string): Promise<void> {
  using client = await rawClient(broker.app)
  client.send(bytes)
  await client.answer()
}
