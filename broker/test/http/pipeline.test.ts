import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_BODY } from '../../src/http/body/body-limit.ts'
import { route } from '../../src/http/route.ts'
import { allRoutes } from '../../src/http/routes/index.ts'
import { status } from '../../src/http/schemas/status-schema.ts'
import { releaseToken } from '../../src/domain/tokens/release-token.ts'
import { testBroker } from '../test-broker.ts'
import { appForTest } from './app-for-test.ts'
import { assertCommonHeaders, assertProblem } from './assert-answer.ts'
import { asker, post } from './inject-asker.ts'

test('every kind of answer carries the request id and the security headers', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  for (const [asked, expected] of [
    [{ url: '/v1/health' }, 200],
    [{ url: '/nowhere' }, 404],
    [{ method: 'PATCH', url: '/v1/health' }, 405],
    [post('/v1/token/validate', 'x'), 400],
    [post('/v1/token/validate', 'x', { 'content-length': MAX_BODY + 1 }), 413],
    [{ method: 'POST', url: '/v1/token/renew' }, 401],
    [{ url: '/v1/%' }, 400],
  ] as const) {
    const answer = await ask(asked)
    assert.equal(answer.status, expected)
    assertCommonHeaders(answer.headers)
    assert.equal('strict-transport-security' in answer.headers, false)
  }
})

test('a legal request id is echoed in header and problem, another one replaced', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  const withId = (id: string) => ask({ url: '/nowhere', headers: { 'x-request-id': id } })
  const legal = await withId('my-id_1.2')
  assert.equal(legal.headers['x-request-id'], 'my-id_1.2')
  assertProblem(legal, 404, 'not_found')
  for (const id of ['x'.repeat(129), 'a b']) {
    assert.match(String((await withId(id)).headers['x-request-id']), /^[0-9a-f]{16}$/)
  }
})

test('an unknown path is 404, a wrong method 405 with a sorted Allow, both before any bearer', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  for (const url of [
    '/',
    '/v1',
    '/v1/health/',
    '/v1//health',
    '/V1/health',
    '/v1%2Fhealth',
    '/v1/admin/launch-tokens/',
  ]) {
    assertProblem(await ask({ method: 'DELETE', url }), 404, 'not_found')
    assertProblem(await ask({ url }), 404, 'not_found')
  }
  for (const [method, url, allow] of [
    ['DELETE', '/v1/health', 'GET, HEAD'],
    ['OPTIONS', '/v1/token/renew', 'POST'],
    ['GET', '/v1/token/renew', 'POST'],
    ['PUT', '/v1/admin/launch-tokens', 'GET, HEAD, POST'],
    ['GET', '/v1/admin/launch-tokens/0123456789abcdef', 'DELETE'],
    ['TRACE', '/v1/%68ealth?x=1', 'GET, HEAD'],
  ] as const) {
    const answer = await ask({ method, url })
    assertProblem(answer, 405, 'method_not_allowed')
    assert.equal(answer.headers['allow'], allow)
  }
})

test('HEAD answers on every GET route as GET does, without a body', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  for (const { path: url } of allRoutes.filter(({ method }) => method === 'GET')) {
    const get = await ask({ url })
    const head = await ask({ method: 'HEAD', url })
    assert.equal(head.status, get.status, url)
    assert.equal(head.headers['content-type'], get.headers['content-type'])
    assert.equal(head.body, '')
  }
})

test('success is one JSON value and a line end, without a charset', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  for (const url of [
    '/v1/health',
    '/v1/challenge',
    '/livez',
    '/v1/openapi.json',
    '/.well-known/jwks.json',
  ]) {
    const answer = await ask({ url })
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.match(answer.body, /^\{.*\}\n$/)
  }
})

test('only the published keys may be cached', async () => {
  await using broker = await testBroker()
  const { headers } = await asker(broker.broker.app)({ url: '/.well-known/jwks.json' })
  assert.equal(headers['cache-control'], 'public, max-age=300')
})

test('neither content type nor accept is looked at', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    '///',
    'application/json; charset=latin1',
  ]) {
    const answer = await ask(
      post('/v1/token/validate', '{"token":"x"}', { 'content-type': type, accept: 'image/png' }),
    )
    assert.equal(answer.status, 200, type)
  }
})

test('bodies that are not one good JSON object get 400 and change nothing', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  for (const body of [
    '',
    ' ',
    '{"token":"x"} x',
    '[]',
    '"x"',
    '{"token":5}',
    '{"Token":"x"}',
    '{"token":null}',
    'null',
    '{"token":""}',
    String.raw`{"token":"\ud800"}`,
  ]) {
    assertProblem(await ask(post('/v1/token/validate', body)), 400, 'invalid_request')
  }
})

test('unknown members and parameters are ignored and named in Warning', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  const answer = await ask(post('/v1/token/validate?debug=1', '{"Scope":1,"token":"x","a\\"b":2}'))
  assert.equal(answer.status, 200)
  assert.equal(
    answer.headers['warning'],
    '299 agentwrit "ignored unknown fields: Scope, a?b, debug"',
  )
  const refused = await ask(post('/v1/token/validate', { tokens: 'x' }))
  assertProblem(refused, 400, 'invalid_request')
  assert.equal(refused.headers['warning'], '299 agentwrit "ignored unknown fields: tokens"')
  assert.equal('warning' in (await ask({ url: '/v1/health' })).headers, false)
})

test('a 400 names the field and the limit, never the value', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  const ask = asker(broker.broker.app)
  const headers = { authorization: `Bearer ${await operator.token()}` }
  const good = { agent_name: 'a', allowed_scope: ['read:data:*'] }
  for (const [change, field, limit] of [
    [{ agent_name: 'secret-value'.repeat(30) }, 'agent_name', '300'],
    [{ agent_name: 'secret-value\n' }, 'agent_name', ''],
    [{ allowed_scope: ['read:data:*', 'secret-value'] }, 'allowed_scope[1]', ''],
    [{ allowed_scope: [`secret-value:x:${'y'.repeat(256)}`] }, 'allowed_scope[0]', '256'],
    [{ allowed_scope: Array(101).fill('secret-value:x:y') }, 'allowed_scope', '100'],
    [{ allowed_scope: ['read:data:*', null] }, 'allowed_scope[1]', ''],
    [{ allowed_scope: [] }, 'allowed_scope', 'empty'],
    [{ ttl: 3601 }, 'ttl', '3600'],
    [{ ttl: -1 }, 'ttl', '0'],
    [{ ttl: 1.5 }, 'ttl', ''],
    [{ max_ttl: 2 ** 53 }, 'max_ttl', ''],
    [{ single_use: 'secret-value' }, 'single_use', ''],
    [{ task_id: 'x'.repeat(129) }, 'task_id', '128'],
    [{ task_id: '..' }, 'task_id', ''],
  ] as const) {
    const answer = await ask(post('/v1/admin/launch-tokens', { ...good, ...change }, headers))
    assertProblem(answer, 400, 'invalid_request')
    const { detail } = JSON.parse(answer.body)
    assert.ok(detail.includes(field) && detail.includes(limit), `${field} ${limit}: ${detail}`)
    assert.ok(!answer.body.includes('secret-value'), answer.body)
  }
})

test('a launch token refused by a bound is audited as denied', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  const headers = { authorization: `Bearer ${await operator.token()}` }
  await asker(broker.broker.app)(post('/v1/admin/launch-tokens', { agent_name: '' }, headers))
  const events = await broker.broker.context.store.audit.read(1, 100)
  assert.equal(events.at(-1)?.event_type, 'launch_token_denied')
})

const secret = 'a secret inside the broker'

const broken = route({
  method: 'GET',
  path: '/broken',
  summary: 'Has a defect',
  status: 204,
  errors: [],
  handle: (): void => {
    throw new Error(secret)
  },
})

test('a defect is 500 that shows nothing, is logged, and the process goes on', async () => {
  await using made = await appForTest({ routes: [broken, ...allRoutes] })
  const ask = asker(made.app)
  const answer = await ask({ url: '/broken', headers: { 'x-request-id': 'found-again' } })
  assertProblem(answer, 500, 'internal_error')
  assert.ok(!answer.body.includes(secret))
  const logged = made.broker.logged.find((line) => line.includes(secret))
  assert.ok(logged?.includes('found-again'))
  assert.equal((await ask({ url: '/livez' })).status, 200)
})

const givesItselfUp = route({
  method: 'GET',
  path: '/gives-itself-up',
  summary: 'Its caller dies while it reads',
  bearer: 'live',
  status: 200,
  answer: status,
  errors: [],
  handle: async ({ context }, { caller }) => {
    await releaseToken(context, caller)
    return { status: 'ok' } as const
  },
})

test('a caller who dies while a reading route works is refused, and audited', async () => {
  await using made = await appForTest({ routes: [givesItselfUp] })
  const agent = await made.broker.agent()
  const headers = { authorization: `Bearer ${await agent.token()}` }
  const answer = await asker(made.app)({ url: '/gives-itself-up', headers })
  assertProblem(answer, 401, 'unauthorized')
  assert.equal(answer.headers['www-authenticate'], 'Bearer error="invalid_token"')
  const events = await made.broker.broker.context.store.audit.read(1, 100)
  assert.equal(events.at(-1)?.event_type, 'token_revoked_access')
})
