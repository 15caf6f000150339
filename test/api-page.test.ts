import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { errorCodes } from '@agentwrit/protocol'
import { allRoutes } from '../broker/src/http/routes/index.ts'
import { toCommand } from '../scripts/api-page/command.ts'
import type { Document } from '../scripts/api-page/document.ts'
import type { Answer } from '../scripts/api-page/exchange.ts'
import { layOut } from '../scripts/api-page/lay-out.ts'
import { requireExamples } from '../scripts/api-page/perform-examples.ts'
import { describedBy } from '../scripts/api-page/require-described.ts'
import { withoutSecrets } from '../scripts/api-page/without-secrets.ts'

// That the examples answer what the page shows is in generated-docs.test.ts, which performs them all.

const page = readFileSync(join(import.meta.dirname, '../docs/reference/api.md'), 'utf8')
const names = allRoutes.map(({ method, path }) => `${method} ${path}`)

test('the page has a section for every route, in the order of the route list, and for every code', () => {
  const headings = Array.from(page.matchAll(/^### (.+)$/gm), ([, title]) => title)
  const codes = headings.slice(names.length).map((title) => title?.replace(/^\d+ /, ''))
  assert.deepEqual(headings.slice(0, names.length), names)
  assert.deepEqual(codes, [...errorCodes])
})

test('a route without an example stops the page, and so does an example without a route', () => {
  assert.doesNotThrow(() => requireExamples(names))
  assert.throws(() => requireExamples([...names, 'GET /v1/new']), /GET \/v1\/new has no example/)
  assert.throws(() => requireExamples(names.slice(1)), /examples of no route: GET \/v1\/challenge/)
})

const described: Document = {
  tags: [],
  paths: {
    '/v1/things/{id}': {
      get: {
        operationId: 'get-v1-things-id',
        summary: 'Get a thing',
        description: 'For anybody.',
        tags: [],
        responses: {
          '200': {
            headers: { 'X-Request-ID': {} },
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['id'],
                  properties: { id: { type: 'string' } },
                },
              },
            },
          },
        },
      },
    },
  },
}

test('an answer that the OpenAPI document does not tell of stops the page', () => {
  const requireDescribed = describedBy(described)
  const good: Answer = {
    status: 200,
    reason: 'OK',
    headers: { 'content-type': 'application/json', 'x-request-id': 'r' },
    body: '{"id":"t"}\n',
  }
  const judge = (change: Partial<Answer>) => () =>
    requireDescribed('GET', '/v1/things/{id}', { ...good, ...change })
  assert.doesNotThrow(judge({}))
  assert.throws(judge({ status: 201 }), /not described/)
  assert.throws(judge({ headers: { ...good.headers, 'retry-after': '1' } }), /retry-after/)
  assert.throws(judge({ headers: { 'content-type': 'text/plain' } }), /application\/json/)
  assert.throws(judge({ body: '{"id":1}\n' }), /must be string/)
})

test('what authenticates is a placeholder on the page, however deep it stands', () => {
  const shown = withoutSecrets({
    access_token: 'real',
    keys: [{ client_secret: 'real', kid: 'shown' }],
    policy: { nonce: 'real', single_use: true },
  })
  const text = JSON.stringify(shown)
  assert.ok(!text.includes('real'))
  assert.ok(text.includes('shown') && text.includes('true'))
  const command = toCommand({
    method: 'POST',
    path: '/v1/admin/auth',
    headers: {},
    body: { secret: 'real' },
    variable: undefined,
  })
  assert.equal(command, `curl "$BROKER/v1/admin/auth" -d '{ "secret": "<admin secret>" }'`)
  assert.doesNotMatch(page, /eyJ[\w-]/)
})

test('a command names its method where curl would take another one', () => {
  const asked = { path: '/v1/x', headers: {}, variable: 'APP' }
  const put = toCommand({ ...asked, method: 'PUT', body: {} })
  assert.equal(put, `curl -X PUT "$BROKER/v1/x" -H "Authorization: Bearer $APP" -d '{}'`)
  const get = toCommand({ ...asked, method: 'GET', body: undefined })
  assert.equal(get, `curl "$BROKER/v1/x" -H "Authorization: Bearer $APP"`)
})

test('JSON is laid out without a change of what it says', () => {
  const long = { list: Array.from({ length: 30 }, (_, index) => `item-${index}`), none: {}, no: [] }
  assert.deepEqual(JSON.parse(layOut(long)), long)
  assert.ok(layOut(long).includes('\n'))
  assert.equal(layOut({ a: [1, { b: null }] }), '{ "a": [1, { "b": null }] }')
})
