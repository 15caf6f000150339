// Operators and their apps: contract 4.11, 4.12 and 4.25.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  askAsOperator,
  attempt,
  launchFrom,
  registerApp,
  registerWith,
  signIn as signInApp,
} from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const path = '/v1/admin/apps'
const good = { name: 'weather-data-service', scopes: ['read:weather:*'] }

async function typesSince(broker: TestBroker, seq: number): Promise<string[]> {
  const events = await broker.broker.context.store.audit.read(seq + 1, 100)
  return events.map((event) => event.event_type)
}

test('creating an app gives 201 with every member and the secret; the same name again is a conflict', async () => {
  await using broker = await testBroker()
  const body = { ...good, token_ttl: 600, delegates_to: ['*'] }
  const made = await askAsOperator(broker, 'POST', path, body)
  assert.equal(made.status, 201)
  const { app_id, client_id, client_secret, ...rest } = made.body
  assert.match(String(app_id), /^app-weather-data-service-[0-9a-f]{6}$/)
  assert.match(String(client_id), /^wds-[0-9a-f]{12}$/)
  assert.match(String(client_secret), /^[0-9a-f]{64}$/)
  assert.deepEqual(rest, {
    ...body,
    status: 'active',
    created_at: '2026-01-02T03:04:05Z',
    updated_at: '2026-01-02T03:04:05Z',
  })
  assertProblem(await askAsOperator(broker, 'POST', path, good), 409, 'conflict')
  await askAsOperator(broker, 'DELETE', `${path}/${String(app_id)}`)
  assertProblem(await askAsOperator(broker, 'POST', path, good), 409, 'conflict')
})

test('of many requests for one name exactly one makes an app, the others conflict', async () => {
  await using broker = await testBroker()
  await broker.operator()
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => askAsOperator(broker, 'POST', path, good)),
  )
  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  assert.equal(answers.filter(({ status }) => status === 409).length, 19)
})

test('what an app may not be called, hold or last is refused, and nothing is registered', async () => {
  await using broker = await testBroker()
  const bad = [
    { ...good, name: 'x' },
    { ...good, name: 'Big' },
    { ...good, name: 'a'.repeat(65) },
    { scopes: good.scopes },
    { name: good.name },
    { ...good, scopes: [] },
    { ...good, scopes: ['read:weather'] },
    { ...good, scopes: ['read:weather:*', 'admin:revoke:*'] },
    { ...good, scopes: ['app:launch-tokens:*'] },
    { ...good, scopes: Array.from({ length: 101 }, (_, index) => `a:b:${index}`) },
    { ...good, role: 'root' },
    { ...good, role: 'verifier' },
    { ...good, token_ttl: '600' },
    { ...good, token_ttl: 60.5 },
    { ...good, delegates_to: [''] },
    { ...good, delegates_to: ['a'.repeat(129)] },
    { ...good, delegates_to: Array.from({ length: 101 }, () => 'app-a-000000') },
  ]
  for (const body of bad) {
    const answer = await askAsOperator(broker, 'POST', path, body)
    assertProblem(answer, 400, 'invalid_request')
  }
  for (const token_ttl of [0, -1, 59, 86_401]) {
    const answer = await askAsOperator(broker, 'POST', path, { ...good, token_ttl })
    assertProblem(answer, 400, 'invalid_ttl')
    assert.ok(String(answer.body['detail']).includes(String(token_ttl)))
  }
  for (const token_ttl of [60, 86_400]) {
    await registerApp(broker, { token_ttl })
  }
  const listed = await askAsOperator(broker, 'GET', path)
  assert.equal(listed.body['total'], 2)
})

test('a verifier has no ceiling, and never gets one', async () => {
  await using broker = await testBroker()
  const { app_id } = await registerApp(broker, { role: 'verifier', scopes: [] })
  const widened = await askAsOperator(broker, 'PUT', `${path}/${app_id}`, { scopes: good.scopes })
  assertProblem(widened, 400, 'invalid_request')
})

test('apps are listed newest first, page by page, each once, with or without the total', async () => {
  await using broker = await testBroker()
  const ids: string[] = []
  for (let count = 0; count < 5; count += 1) {
    ids.unshift((await registerApp(broker)).app_id)
    broker.advance(1)
  }
  const whole = await askAsOperator(broker, 'GET', path)
  assert.deepEqual(idsOf(whole.body), ids)
  assert.equal(whole.body['total'], 5)
  const seen: string[] = []
  let after = ''
  do {
    const page = await askAsOperator(broker, 'GET', `${path}?limit=2&total=false${after}`)
    assert.equal('total' in page.body, false)
    seen.push(...idsOf(page.body))
    const cursor = page.body['next_cursor']
    after = typeof cursor === 'string' ? `&cursor=${cursor}` : ''
  } while (after !== '')
  assert.deepEqual(seen, ids)
  for (const query of ['limit=-1', 'limit=x', 'cursor=x', 'total=perhaps']) {
    assertProblem(await askAsOperator(broker, 'GET', `${path}?${query}`), 400, 'invalid_request')
  }
})

test('one app is shown as it is listed; an unknown one is 404 on every route', async () => {
  await using broker = await testBroker()
  const { client_secret: _, ...app } = await registerApp(broker)
  const shown = await askAsOperator(broker, 'GET', `${path}/${app.app_id}`)
  assert.deepEqual(shown.body, { ...app })
  const unknown = `${path}/app-nobody-000000`
  for (const [method, url, body] of [
    ['GET', unknown],
    ['PUT', unknown, { token_ttl: 100 }],
    ['DELETE', unknown],
    ['POST', `${unknown}/secret`],
  ] as const) {
    assertProblem(await askAsOperator(broker, method, url, body), 404, 'not_found')
  }
})

test('a change is all or nothing, and its events tell whether the ceiling really changed', async () => {
  await using broker = await testBroker()
  const { app_id } = await registerApp(broker, { delegates_to: ['app-x-000000'] })
  const url = `${path}/${app_id}`
  const start = (await broker.broker.context.store.head()).seq
  for (const [body, code] of [
    [{ scopes: ['write:all:*'], token_ttl: 1 }, 'invalid_ttl'],
    [{ scopes: ['admin:revoke:*'], token_ttl: 100 }, 'invalid_request'],
    [{}, 'invalid_request'],
    [{ scopes: [] }, 'invalid_request'],
  ] as const) {
    assertProblem(await askAsOperator(broker, 'PUT', url, body), 400, code)
  }
  assert.deepEqual((await askAsOperator(broker, 'GET', url)).body['scopes'], ['read:data:*'])
  assert.deepEqual(await typesSince(broker, start), ['scope_violation'])

  broker.advance(1000)
  const same = { scopes: ['read:data:*'], token_ttl: 100, delegates_to: [] }
  const first = await askAsOperator(broker, 'PUT', url, same)
  assert.equal(first.status, 200)
  assert.deepEqual({ ...first.body, ...same }, first.body)
  assert.equal(first.body['updated_at'], '2026-01-02T03:04:06Z')
  const second = await askAsOperator(broker, 'PUT', url, { scopes: ['read:data:a', 'b:c:d'] })
  assert.deepEqual(second.body['scopes'], ['read:data:a', 'b:c:d'])
  assert.equal(second.body['token_ttl'], 100)
  assert.deepEqual(await typesSince(broker, start), [
    'scope_violation',
    'app_updated',
    'app_updated',
    'scopes_ceiling_updated',
  ])
})

test('an app goes for good: repeating says the same, its settings can still be corrected', async () => {
  await using broker = await testBroker()
  const app = await registerApp(broker)
  const url = `${path}/${app.app_id}`
  const start = (await broker.broker.context.store.head()).seq
  const first = await askAsOperator(broker, 'DELETE', url)
  assert.equal(first.status, 200)
  assert.equal(first.body['status'], 'inactive')
  assert.equal(first.body['deregistered_at'], '2026-01-02T03:04:05Z')
  assert.equal(first.body['client_id'], app.client_id)
  broker.advance(5000)
  assert.deepEqual((await askAsOperator(broker, 'DELETE', url)).body, first.body)
  assert.deepEqual(await typesSince(broker, start), ['app_deregistered', 'revocation_effect'])
  assert.equal((await askAsOperator(broker, 'GET', url)).body['status'], 'inactive')
  assert.equal((await askAsOperator(broker, 'PUT', url, { token_ttl: 100 })).status, 200)
  assertProblem(await askAsOperator(broker, 'POST', `${url}/secret`), 409, 'conflict')
})

test('after a rotation both secrets work for ten minutes, then only the new one', async () => {
  await using broker = await testBroker()
  const app = await registerApp(broker)
  const url = `${path}/${app.app_id}/secret`
  const signIn = (secret: unknown) =>
    attempt(broker, { client_id: app.client_id, client_secret: secret })
  const rotated = await askAsOperator(broker, 'POST', url)
  assert.equal(rotated.status, 200)
  const { client_secret: second, ...rest } = rotated.body
  assert.deepEqual(rest, {
    app_id: app.app_id,
    client_id: app.client_id,
    previous_secret_expires_at: '2026-01-02T03:14:05Z',
  })
  broker.advance(599_999)
  assert.equal((await signIn(app.client_secret)).status, 200)
  assert.equal((await signIn(second)).status, 200)
  broker.advance(1)
  assertProblem(await signIn(app.client_secret), 401, 'unauthorized')
  broker.advance(60_000)
  assert.equal((await signIn(second)).status, 200)
})

test('rotating again within the ten minutes drops the older secret; at once means at once', async () => {
  await using broker = await testBroker()
  const app = await registerApp(broker)
  const url = `${path}/${app.app_id}/secret`
  const signIn = (secret: unknown) =>
    attempt(broker, { client_id: app.client_id, client_secret: secret })
  const second = (await askAsOperator(broker, 'POST', url)).body['client_secret']
  const live = String((await signIn(second)).body['access_token'])
  const third = (await askAsOperator(broker, 'POST', url, {})).body['client_secret']
  assertProblem(await signIn(app.client_secret), 401, 'unauthorized')
  assert.equal((await signIn(second)).status, 200)
  broker.advance(60_000)
  const body = { immediate: true }
  const fourth = (await askAsOperator(broker, 'POST', url, body)).body['client_secret']
  for (const secret of [second, third]) assertProblem(await signIn(secret), 401, 'unauthorized')
  assert.equal((await signIn(fourth)).status, 200)
  assert.equal((await broker.client.validate(live)).valid, true)
})

test('a new secret can end the sessions of the app and what they launched, in the same change', async () => {
  await using broker = await testBroker()
  const app = await registerApp(broker)
  const other = await signInApp(broker, await registerApp(broker))
  const signedIn = await signInApp(broker, app)
  const agent = await signedIn.createAgent({ orchId: 'o', taskId: 't', scope: ['read:data:1'] })
  const [bearer, launched] = [await signedIn.token(), await agent.token()]
  const launchToken = await launchFrom(signedIn)
  const url = `${path}/${app.app_id}/secret`
  await askAsOperator(broker, 'POST', url, { end_sessions: false })
  assert.equal((await broker.client.validate(bearer)).valid, true)

  const start = await broker.broker.context.store.audit.count()
  const answer = await askAsOperator(broker, 'POST', url, { end_sessions: true })
  assert.equal(answer.status, 200)
  assert.deepEqual(await typesSince(broker, start), [
    'app_secret_rotated',
    'token_revoked',
    'revocation_effect',
  ])
  for (const dead of [bearer, launched]) {
    assert.equal((await broker.client.validate(dead)).valid, false)
  }
  assertProblem(await registerWith(broker, launchToken), 401, 'unauthorized')
  assert.equal((await broker.client.validate(await other.token())).valid, true)
  const secret = answer.body['client_secret']
  const again = await attempt(broker, { client_id: app.client_id, client_secret: secret })
  assert.equal(again.status, 200)
  const fresh = String(again.body['access_token'])
  assert.equal((await broker.client.validate(fresh)).valid, true)
})

test('apps are the operators’ business alone', async () => {
  await using broker = await testBroker()
  const app = await registerApp(broker)
  const appToken = String((await attempt(broker, { ...app })).body['access_token'])
  const agentToken = await (await broker.agent()).token()
  for (const bearer of [appToken, agentToken]) {
    for (const [method, url] of [
      ['GET', path],
      ['POST', path],
      ['GET', `${path}/${app.app_id}`],
      ['PUT', `${path}/${app.app_id}`],
      ['DELETE', `${path}/${app.app_id}`],
      ['POST', `${path}/${app.app_id}/secret`],
    ] as const) {
      assertProblem(await ask(broker, method, url, { bearer }), 403, 'insufficient_scope')
    }
  }
})

function idsOf(body: Record<string, unknown>): string[] {
  const { apps } = body
  assert.ok(Array.isArray(apps))
  return apps.map(({ app_id }) => app_id)
}
