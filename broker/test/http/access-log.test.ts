// Contract 6.3: one record for each request, which says what the broker knows and nothing that a client has made up.
import assert from 'node:assert/strict'
import { METHODS } from 'node:http'
import { isIP } from 'node:net'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createLogger } from '../../src/logger.ts'
import { allRoutes } from '../../src/http/routes/index.ts'
import { adminSecret, testBroker, type TestBroker } from '../test-broker.ts'
import { asker, post } from './inject-asker.ts'
import { head, onlyAnswer, rawClient } from './raw-client.ts'
import { listening } from './stream-client.ts'

interface AccessRecord {
  readonly request_id: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly duration_ms: number
  readonly client: string
}

test('each request leaves one record with route template, status and client, and no credential', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  await ask(
    post('/v1/token/validate?token=in-the-query', '{"token":"in-the-body"}', {
      authorization: 'Bearer in-the-header',
    }),
  )
  await ask({ url: '/nowhere/secret' })
  assert.deepEqual(
    records(broker).map(({ method, route: template, status: code, client }) => [
      method,
      template,
      code,
      client,
    ]),
    [
      ['POST', '/v1/token/validate', 200, '127.0.0.1'],
      ['GET', 'unmatched', 404, '127.0.0.1'],
    ],
  )
  assert.ok(!broker.logged.join('').match(/in-the-|secret/))
})

test('whatever a client sends, there is one record, and each member of it is ours', async () => {
  const environment = { AA_TRUSTED_PROXIES: '127.0.0.1/32' }
  await using broker = await testBroker({ environment })
  await fc.assert(
    fc.asyncProperty(request, async ({ method, url, headers }) => {
      broker.logged.length = 0
      const { statusCode } = await broker.broker.app.inject({
        method: method as 'GET',
        url,
        headers,
      })
      const [record, ...more] = records(broker)
      assert.deepEqual(more, [])
      assert.ok(record !== undefined)
      assertOurs(record)
      assert.equal(record.status, statusCode)
    }),
    { numRuns: 300 },
  )
})

test('bytes that never become a request leave one record, with the address they came from', async () => {
  await using broker = await listening(await testBroker({ environment: { AA_PORT: '0' } }))
  for (const [bytes, status] of [
    ['rubbish "in":"the-log"\r\n\r\n', 400],
    [head('GET /livez', `X-Filler: ${'in-the-log'.repeat(7000)}`), 431],
  ] as const) {
    broker.logged.length = 0
    using client = await rawClient(broker.broker.app)
    client.send(bytes)
    const { headers } = await onlyAnswer(client)
    assert.deepEqual(records(broker), [
      { request_id: headers['x-request-id'], route: 'unmatched', status, client: '127.0.0.1' },
    ])
  }
})

test('no record of a whole life holds a secret, a token, a query or a header', async () => {
  await using broker = await testBroker()
  const agent = await broker.agent()
  const token = await agent.token()
  await agent.renew()
  await agent.release()
  const ask = asker(broker.broker.app)
  const authorization = `Bearer ${token}`
  await ask({ url: `/v1/agents?token=${token}`, headers: { authorization, cookie: token } })
  const lines = records(broker).map((record) => JSON.stringify(record))
  assert.ok(lines.length >= 7)
  for (const line of lines) {
    assert.doesNotMatch(line, /eyJ|[0-9a-f]{32}|Bearer/)
    assert.ok(!line.includes(adminSecret))
  }
})

/** As they come out of the real logger: of what a test broker has noted, each on one line. */
function records({ logged }: TestBroker): AccessRecord[] {
  const lines: string[] = []
  const sink = { write: (line: string) => void lines.push(line) }
  const log = createLogger({ logLevel: 'verbose', logFormat: 'json' }, { out: sink, err: sink })
  for (const line of logged) {
    const { level: _, message, ...fields } = JSON.parse(line)
    if (message === 'request') log.info(fields, message)
  }
  return lines.map((line) => {
    assert.match(line, /^[^\n]+\n$/)
    const { level: _, time: __, msg: ___, ...record } = JSON.parse(line)
    return record
  })
}

const templates = new Set(['unmatched', ...allRoutes.map(({ path }) => path)])

function assertOurs(record: AccessRecord): void {
  const { request_id: id, method, route, status, duration_ms: duration, client } = record
  assert.equal(Object.keys(record).length, 6, JSON.stringify(record))
  assert.match(id, /^[A-Za-z0-9._-]{1,128}$/)
  assert.ok(METHODS.includes(method), method)
  assert.ok(templates.has(route), route)
  assert.ok(status >= 200 && status < 600)
  assert.ok(duration >= 0)
  assert.notEqual(isIP(client), 0, client)
}

const nasty = fc.oneof(
  fc.string({
    unit: fc.constantFrom('"', '\\', '{', ',', '\t', '\u007f', '\u0085', 'é'),
    maxLength: 9,
  }),
  fc.string({ maxLength: 20 }),
  fc.constantFrom('","status":200,"x":"', '::1', '198.51.100.7', '10.0.0.1, unknown', '%0a%22'),
)

const request = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'),
  url: fc
    .tuple(fc.constantFrom(...allRoutes), nasty)
    .map(
      ([{ path }, text]) =>
        path.replaceAll(/\{\w+\}/g, encodeURIComponent(text)) + `?x=${encodeURIComponent(text)}`,
    ),
  headers: fc.record(
    { 'x-request-id': nasty, 'x-forwarded-for': nasty, 'user-agent': nasty, authorization: nasty },
    { requiredKeys: [] },
  ),
})
