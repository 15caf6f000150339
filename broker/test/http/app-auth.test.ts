// How apps sign in (contract 4.13), how often they may try (1.7), and their launch tokens (4.10, 4.27).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attempt, launchFrom, registerApp, registerWith, signIn } from '../apps.ts'
import { ask, assertProblem as assertRefusal } from '../ask.ts'
import { testBroker } from '../test-broker.ts'
import { assertProblem } from './assert-answer.ts'
import { asker, post } from './inject-asker.ts'

test('an app signs in and says who it is', async () => {
  await using broker = await testBroker({ environment: { AA_AUDIENCE: 'records' } })
  const app = await registerApp(broker, { token_ttl: 900 })
  const answer = await attempt(broker, { ...app })
  assert.equal(answer.status, 200)
  const { access_token, ...rest } = answer.body
  const scopes = ['app:launch-tokens:*', 'app:agents:*', 'app:audit:read']
  assert.deepEqual(rest, { expires_in: 900, token_type: 'Bearer', scopes })
  const checked = await broker.client.validate(String(access_token))
  assert.ok(checked.valid)
  assert.equal(checked.claims.sub, `app:${app.app_id}`)
  assert.equal(checked.claims.app_id, app.app_id)
  assert.deepEqual(checked.claims.scope, scopes)
  assert.deepEqual(checked.claims.aud, ['records'])
  const metrics = await broker.client.metrics()
  assert.match(metrics, /^agentwrit_tokens_issued_total\{kind="app"\} 1$/m)
})

test('a verifier follows the feed and launches nothing', async () => {
  await using broker = await testBroker()
  const app = await registerApp(broker, { role: 'verifier', scopes: [] })
  const answer = await attempt(broker, { ...app })
  assert.deepEqual(answer.body['scopes'], ['app:feed:read'])
  const bearer = String(answer.body['access_token'])
  const body = { agent_name: 'a', allowed_scope: ['a:b:c'] }
  const refused = await ask(broker, 'POST', '/v1/app/launch-tokens', { bearer, body })
  assertRefusal(refused, 403, 'insufficient_scope')
})

test('unknown id, wrong secret and inactive app are one and the same answer; the audit tells them apart', async () => {
  await using broker = await testBroker()
  const [app, gone] = [await registerApp(broker), await registerApp(broker)]
  await (await broker.operator()).deregisterApp(gone.app_id)
  const start = (await broker.broker.context.store.head()).seq
  const answers = []
  for (const body of [
    { client_id: 'xx-000000000000', client_secret: app.client_secret },
    { client_id: app.client_id, client_secret: '0'.repeat(64) },
    { client_id: gone.client_id, client_secret: gone.client_secret },
    { client_id: gone.client_id, client_secret: app.client_secret },
  ]) {
    answers.push(await attempt(broker, body))
    // Repeats of one source are grouped within a minute.
    broker.advance(60_000)
  }
  for (const answer of answers) {
    assertRefusal(answer, 401, 'unauthorized')
    const { request_id: _, ...body } = answer.body
    const { request_id: _other, ...first } = answers[0]?.body ?? {}
    assert.deepEqual(body, first)
    assert.equal(answer.headers.get('www-authenticate'), null)
  }
  const events = await broker.broker.context.store.audit.read(start + 1, 10)
  assert.deepEqual(
    events.map(({ event_type, actor, app_id, detail }) => [
      event_type,
      actor,
      app_id,
      detail.replace(/.*reason=/, ''),
    ]),
    [
      ['app_auth_failed', 'anonymous', undefined, 'unknown_client_id'],
      ['app_auth_failed', 'anonymous', app.app_id, 'wrong_secret'],
      ['app_auth_failed', 'anonymous', gone.app_id, 'app_inactive'],
      ['app_auth_failed', 'anonymous', gone.app_id, 'app_inactive'],
    ],
  )
})

test('credentials that are missing or out of bounds are 400', async () => {
  await using broker = await testBroker()
  const { client_id, client_secret } = await registerApp(broker)
  for (const body of [
    {},
    { client_id },
    { client_secret },
    { client_id: '', client_secret },
    { client_id: 'a'.repeat(65), client_secret },
    { client_id, client_secret: '' },
    { client_id, client_secret: 'a'.repeat(1025) },
    { client_id: [client_id], client_secret },
  ]) {
    assertRefusal(await attempt(broker, body), 400, 'invalid_request')
    broker.advance(60_000)
  }
})

test('one id from one address has three attempts, then one every six seconds, with the true wait', async () => {
  await using broker = await testBroker()
  const app = await registerApp(broker)
  const askFrom = asker(broker.broker.app)
  const from = (remoteAddress: string, client_id = app.client_id) =>
    askFrom({
      ...post('/v1/app/auth', { client_id, client_secret: app.client_secret }),
      remoteAddress,
    })
  for (let count = 0; count < 3; count += 1) assert.equal((await from('192.0.2.1')).status, 200)
  const refused = await from('192.0.2.1')
  assertProblem(refused, 429, 'rate_limited')
  assert.equal(refused.headers['retry-after'], '6')
  broker.advance(3500)
  const again = await from('192.0.2.1')
  assert.equal(again.headers['retry-after'], '3')
  // Nobody locks a known client out from elsewhere, nor another client of the same address.
  assert.equal((await from('192.0.2.2')).status, 200)
  assertProblem(await from('192.0.2.1', 'another'), 401, 'unauthorized')
  broker.advance(2500)
  assert.equal((await from('192.0.2.1')).status, 200)
  const { seq } = await broker.broker.context.store.head()
  const events = await broker.broker.context.store.audit.read(1, seq)
  const limited = events.filter((event) => event.event_type === 'app_rate_limited')
  assert.deepEqual(
    limited.map(({ source_ip, actor }) => [source_ip, actor]),
    [['192.0.2.1', 'anonymous']],
  )
})

test('attempts that name no client share the bucket of their address', async () => {
  await using broker = await testBroker()
  const askFrom = asker(broker.broker.app)
  const bodies = ['{bad', {}, { client_id: 'a'.repeat(65), client_secret: 'x' }, { client_id: 7 }]
  const statuses = []
  for (const body of bodies) statuses.push((await askFrom(post('/v1/app/auth', body))).status)
  assert.deepEqual(statuses, [400, 400, 400, 429])
})

test('one address has fifty attempts at once, whatever ids it names, and ten more each second', async () => {
  await using broker = await testBroker()
  const askFrom = asker(broker.broker.app)
  const from = (client_id: string, remoteAddress = '2001:db8::1') =>
    askFrom({ ...post('/v1/app/auth', { client_id, client_secret: 'x' }), remoteAddress })
  for (let count = 0; count < 50; count += 1) {
    assertProblem(await from(`id-${count}`), 401, 'unauthorized')
  }
  const refused = await from('id-50', '2001:db8::2')
  assertProblem(refused, 429, 'rate_limited')
  assert.equal(refused.headers['retry-after'], '1')
  broker.advance(100)
  assertProblem(await from('id-51'), 401, 'unauthorized')
})

test('an app sees and deletes its own launch tokens only', async () => {
  await using broker = await testBroker()
  const [one, other] = [
    await signIn(broker, await registerApp(broker)),
    await signIn(broker, await registerApp(broker)),
  ]
  const launch = { agent_name: 'a', allowed_scope: ['read:data:1'] }
  const mine = await one.createLaunchToken(launch)
  const theirs = await other.createLaunchToken(launch)
  const operators = await (await broker.operator()).createLaunchToken(launch)
  const listed = await ask(broker, 'GET', '/v1/app/launch-tokens', { bearer: await one.token() })
  const tokens = listed.body['launch_tokens']
  assert.ok(Array.isArray(tokens))
  assert.deepEqual(
    tokens.map(({ id }) => id),
    [mine.id],
  )
  assert.ok(!JSON.stringify(listed.body).includes(mine.launch_token))
  for (const id of [theirs.id, operators.id, 'f'.repeat(16)]) {
    const bearer = await one.token()
    const answer = await ask(broker, 'DELETE', `/v1/app/launch-tokens/${id}`, { bearer })
    assertRefusal(answer, 404, 'not_found')
  }
  await one.deleteLaunchToken(mine.id)
  const dead = await registerWith(broker, mine.launch_token, ['read:data:1'])
  assertRefusal(dead, 401, 'unauthorized')
  assert.equal((await registerWith(broker, theirs.launch_token, ['read:data:1'])).status, 200)
})

test('an agent that an app launched names its app and the login that launched it', async () => {
  await using broker = await testBroker()
  const registered = await registerApp(broker)
  const app = await signIn(broker, registered)
  const answer = await registerWith(broker, await launchFrom(app))
  const checked = await broker.client.validate(String(answer.body['access_token']))
  const login = await broker.client.validate(await app.token())
  assert.ok(checked.valid && login.valid)
  assert.equal(checked.claims.app_id, registered.app_id)
  assert.equal(checked.claims.lsid, login.claims.sid)
})

test('each door is for its own kind of principal', async () => {
  await using broker = await testBroker()
  const app = await signIn(broker, await registerApp(broker))
  const body = { agent_name: 'a', allowed_scope: ['read:data:1'] }
  const admin = await (await broker.operator()).token()
  for (const [bearer, path] of [
    [await app.token(), '/v1/admin/launch-tokens'],
    [admin, '/v1/app/launch-tokens'],
  ] as const) {
    assertRefusal(await ask(broker, 'POST', path, { bearer, body }), 403, 'insufficient_scope')
    assertRefusal(await ask(broker, 'GET', path, { bearer }), 403, 'insufficient_scope')
  }
})
