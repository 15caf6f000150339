// Who is let in: bearers and how they are asked for, and the rate limit of signing in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testBroker } from '../test-broker.ts'
import { assertProblem } from './assert-answer.ts'
import { asker, post } from './inject-asker.ts'

test('a protected route says how to authenticate', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  const agent = await broker.agent()
  const challenge = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization }
    const answer = await ask({ url: '/v1/admin/launch-tokens', headers })
    return [answer.status, answer.headers['www-authenticate']]
  }
  const bare = [401, 'Bearer']
  const invalid = [401, 'Bearer error="invalid_token"']
  assert.deepEqual(await challenge(), bare)
  for (const value of ['Basic eA==', 'bearer x', 'Bearer'])
    assert.deepEqual(await challenge(value), bare)
  for (const value of ['Bearer x', 'Bearer ', 'Bearer  x'])
    assert.deepEqual(await challenge(value), invalid)
  assert.deepEqual(await challenge(`Bearer ${await agent.token()}`), [
    403,
    'Bearer error="insufficient_scope", scope="admin:launch-tokens:*"',
  ])
  const open = await ask(post('/v1/admin/auth', { secret: 'a wrong secret' }))
  assertProblem(open, 401, 'unauthorized')
  assert.equal('www-authenticate' in open.headers, false)
})

test('a bearer is checked before the body is looked at', async () => {
  await using broker = await testBroker()
  assertProblem(
    await asker(broker.broker.app)(post('/v1/token/renew', '{bad')),
    401,
    'unauthorized',
  )
})

test('the eleventh sign-in at once from one address is refused before its body is read, and audited', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  const from = (remoteAddress: string) => ask({ ...post('/v1/admin/auth', '{bad'), remoteAddress })
  for (let attempt = 0; attempt < 10; attempt += 1) {
    assertProblem(await from('192.0.2.1'), 400, 'invalid_request')
  }
  const refused = await from('192.0.2.1')
  assertProblem(refused, 429, 'rate_limited')
  assert.equal(refused.headers['retry-after'], '1')
  const events = await broker.broker.context.store.audit.read(1, 100)
  assert.deepEqual(
    events.map((event) => [event.event_type, event.source_ip]),
    [['admin_rate_limited', '192.0.2.1']],
  )
  assertProblem(await from('192.0.2.2'), 400, 'invalid_request')
  broker.advance(200)
  assertProblem(await from('192.0.2.1'), 400, 'invalid_request')
})

test('addresses of one IPv6 /64 share a bucket, and X-Forwarded-For buys none', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  const attempt = (remoteAddress: string, forwarded: string) =>
    ask({ ...post('/v1/admin/auth', '{bad', { 'x-forwarded-for': forwarded }), remoteAddress })
  for (let host = 1; host <= 10; host += 1) await attempt(`2001:db8::${host}`, `198.51.100.${host}`)
  assertProblem(await attempt('2001:db8::ffff', '198.51.100.99'), 429, 'rate_limited')
  assertProblem(await attempt('2001:db8:0:1::1', '198.51.100.99'), 400, 'invalid_request')
})

test('behind a trusted proxy each client has its own bucket', async () => {
  await using broker = await testBroker({ environment: { AA_TRUSTED_PROXIES: '127.0.0.0/8' } })
  const ask = asker(broker.broker.app)
  const attempt = (client: string) =>
    ask(post('/v1/admin/auth', '{bad', { 'x-forwarded-for': client }))
  for (let count = 0; count < 10; count += 1) await attempt('198.51.100.1')
  assertProblem(await attempt('198.51.100.1'), 429, 'rate_limited')
  assertProblem(await attempt('198.51.100.2'), 400, 'invalid_request')
})

test('app credentials at the operators’ door are told where they belong', async () => {
  await using broker = await testBroker()
  const ask = asker(broker.broker.app)
  const answer = await ask(post('/v1/admin/auth', { client_id: 'x', client_secret: 'y' }))
  assertProblem(answer, 400, 'invalid_request')
  assert.ok(JSON.parse(answer.body).detail.includes('{"secret": ...}'))
})
