import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attempt, launchFrom, registerApp, registerWith, signIn } from '../apps.ts'
import { ask, assertProblem, type Answer } from '../ask.ts'
import { freshNonce, launchToken, register, registration } from '../proof.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

/** On every route that looks at a token. */
async function assertDead(broker: TestBroker, bearer: string): Promise<void> {
  assert.equal((await broker.client.validate(bearer)).valid, false)
  assertProblem(await ask(broker, 'POST', '/v1/token/renew', { bearer }), 401, 'unauthorized')
  assertProblem(
    await ask(broker, 'GET', '/v1/admin/launch-tokens', { bearer }),
    401,
    'unauthorized',
  )
}

async function issueRaw(broker: TestBroker): Promise<string> {
  const asked = registration({
    launchToken: await launchToken(broker),
    nonce: await freshNonce(broker),
  })
  return String((await register(broker, asked)).body['access_token'])
}

test('a released token is dead at once, on every route, and after a restart', async () => {
  await using broker = await testBroker()
  const bearer = await issueRaw(broker)
  assert.equal((await broker.client.validate(bearer)).valid, true)
  assert.equal((await ask(broker, 'POST', '/v1/token/release', { bearer })).status, 204)
  await assertDead(broker, bearer)
  await broker.restart()
  await assertDead(broker, bearer)
})

test('a renewed token is dead at once and after a restart; its successor lives', async () => {
  await using broker = await testBroker()
  const old = await issueRaw(broker)
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: old })
  const successor = String(renewed.body['access_token'])
  await assertDead(broker, old)
  await broker.restart()
  await assertDead(broker, old)
  assert.equal((await broker.client.validate(successor)).valid, true)
})

test('releasing a superseded, unexpired token ends its session, so that the successor is dead', async () => {
  await using broker = await testBroker()
  const old = await issueRaw(broker)
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: old })
  assert.equal((await ask(broker, 'POST', '/v1/token/release', { bearer: old })).status, 204)
  await assertDead(broker, String(renewed.body['access_token']))
})

test('releasing twice is done twice; releasing an expired token is refused', async () => {
  await using broker = await testBroker()
  const bearer = await issueRaw(broker)
  const release = () => ask(broker, 'POST', '/v1/token/release', { bearer })
  assert.equal((await release()).status, 204)
  assert.equal((await release()).status, 204)
  broker.advance(300_000)
  assertProblem(await release(), 401, 'unauthorized')
})

test('a token is accepted in the second before it expires and refused when it does', async () => {
  await using broker = await testBroker()
  const bearer = await issueRaw(broker)
  const answer = await broker.client.validate(bearer)
  assert.ok(answer.valid)
  broker.advance(answer.claims.exp * 1000 - broker.now() - 1)
  assert.equal((await broker.client.validate(bearer)).valid, true)
  broker.advance(1)
  await assertDead(broker, bearer)
})

test('an operator who released its session can do nothing with it, what it launched lives on', async () => {
  await using broker = await testBroker()
  const agent = await broker.agent()
  const pending = await launchToken(broker)
  const bearer = await (await broker.operator()).token()
  assert.equal((await ask(broker, 'POST', '/v1/token/release', { bearer })).status, 204)
  await assertDead(broker, bearer)
  assert.equal((await broker.client.validate(await agent.token())).valid, true)
  const asked = registration({ launchToken: pending, nonce: await freshNonce(broker) })
  assert.equal((await register(broker, asked)).status, 200)
})

test('of a release and renewals racing with it nothing survives', async () => {
  await using broker = await testBroker()
  for (let round = 0; round < 25; round += 1) {
    const bearer = await issueRaw(broker)
    const renew = () => ask(broker, 'POST', '/v1/token/renew', { bearer })
    const release = () => ask(broker, 'POST', '/v1/token/release', { bearer })
    const order = round % 2 === 0 ? [renew(), release(), renew()] : [release(), renew()]
    const answers = await Promise.all(order)
    assert.ok(answers.some(({ status }) => status === 204))
    for (const { status, body } of answers) {
      if (status === 200) await assertDead(broker, String(body['access_token']))
    }
    await assertDead(broker, bearer)
  }
})

test('of a release and keyed renewals, repeats included, racing with it nothing survives', async () => {
  await using broker = await testBroker()
  for (let round = 0; round < 40; round += 1) {
    const bearer = await issueRaw(broker)
    const shown = { bearer, idempotencyKey: `key-of-round-${round}`.padEnd(22, '-') }
    const renew = () => ask(broker, 'POST', '/v1/token/renew', shown)
    const release = () => ask(broker, 'POST', '/v1/token/release', { bearer })
    if (round % 2 === 0) await renew()
    const calls = [renew, renew, renew, renew, renew]
    calls.splice(round % 6, 0, release)
    const answers = await Promise.all(calls.map((call) => call()))
    assert.equal(answers.filter(({ status }) => status === 204).length, 1)
    for (const { status, body } of answers) {
      if (status === 200) await assertDead(broker, String(body['access_token']))
    }
    await assertDead(broker, bearer)
    assertProblem(await renew(), 401, 'unauthorized')
  }
})

test('of a reused token and renewals of its successor racing with it nothing survives', async () => {
  await using broker = await testBroker()
  for (let round = 0; round < 40; round += 1) {
    const bearer = await issueRaw(broker)
    const idempotencyKey = `key-of-round-${round}`.padEnd(22, '-')
    const first = await ask(broker, 'POST', '/v1/token/renew', { bearer, idempotencyKey })
    const successor = String(first.body['access_token'])
    broker.advance(10_001)
    const reuse = () => ask(broker, 'POST', '/v1/token/renew', { bearer })
    const repeat = () => ask(broker, 'POST', '/v1/token/renew', { bearer, idempotencyKey })
    const renew = () =>
      ask(broker, 'POST', '/v1/token/renew', { bearer: successor, idempotencyKey })
    const calls = [repeat, renew, repeat, renew, reuse]
    calls.splice(round % 5, 0, reuse)
    const answers = await Promise.all(calls.map((call) => call()))
    for (const { status, body } of answers) {
      if (status === 200) await assertDead(broker, String(body['access_token']))
    }
    await assertDead(broker, successor)
    await assertDead(broker, bearer)
  }
})

test('a dead token stays dead when the clock leaps ahead and is set right again', async () => {
  await using broker = await testBroker()
  const bearer = await issueRaw(broker)
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer })
  const successor = String(renewed.body['access_token'])
  await ask(broker, 'POST', '/v1/token/release', { bearer: successor })
  const { live } = broker.broker.context
  broker.advance(86_400_000)
  live.revocations.forgetExpired(broker.now())
  broker.advance(-86_400_000)
  for (const token of [bearer, successor]) {
    assert.equal((await broker.client.validate(token)).valid, false)
  }
})

test('deregistering an app kills its tokens, launch tokens and agents before the answer, and for good', async () => {
  await using broker = await testBroker()
  const [registered, other] = [await registerApp(broker), await registerApp(broker)]
  const app = await signIn(broker, registered)
  const neighbour = await signIn(broker, other)
  const pending = await launchFrom(app)
  const first = String((await registerWith(broker, pending)).body['access_token'])
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: first })
  const [bearer, agent] = [await app.token(), String(renewed.body['access_token'])]
  const others = [
    await neighbour.token(),
    String((await registerWith(broker, await launchFrom(neighbour))).body['access_token']),
    await issueRaw(broker),
  ]
  await (await broker.operator()).deregisterApp(registered.app_id)
  for (const moment of ['at once', 'after a restart']) {
    if (moment === 'after a restart') await broker.restart()
    for (const token of [bearer, first, agent]) await assertDead(broker, token)
    assertProblem(await registerWith(broker, pending), 401, 'unauthorized')
    assertProblem(await attempt(broker, { ...registered }), 401, 'unauthorized')
    for (const token of others) assert.equal((await broker.client.validate(token)).valid, true)
  }
  assert.equal((await attempt(broker, { ...other })).status, 200)
})

test('what an app did is dead though its login was released before', async () => {
  await using broker = await testBroker()
  const registered = await registerApp(broker)
  const app = await signIn(broker, registered)
  const pending = await launchFrom(app)
  const agent = String((await registerWith(broker, pending)).body['access_token'])
  await app.signOut()
  assert.equal((await broker.client.validate(agent)).valid, true)
  assert.equal((await registerWith(broker, pending)).status, 200)
  await (await broker.operator()).deregisterApp(registered.app_id)
  await assertDead(broker, agent)
  assertProblem(await registerWith(broker, pending), 401, 'unauthorized')
})

test('of a deregistration and whatever the app does at the same time nothing survives', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  for (let round = 0; round < 25; round += 1) {
    const registered = await registerApp(broker)
    const app = await signIn(broker, registered)
    const [token, bearer] = [await launchFrom(app), await app.token()]
    const agent = String((await registerWith(broker, token)).body['access_token'])
    const body = { agent_name: 'a', allowed_scope: ['read:data:1'], single_use: false }
    const calls: (() => Promise<unknown>)[] = [
      () => registerWith(broker, token),
      () => attempt(broker, { ...registered }),
      () => ask(broker, 'POST', '/v1/app/launch-tokens', { bearer, body }),
      () => ask(broker, 'POST', '/v1/token/renew', { bearer: agent }),
      () => ask(broker, 'POST', '/v1/token/renew', { bearer }),
    ]
    calls.splice(round % 6, 0, () => operator.deregisterApp(registered.app_id))
    const answers = (await Promise.all(calls.map((call) => call()))) as Partial<Answer>[]
    for (const made of answers) {
      if (typeof made.body?.['access_token'] === 'string')
        await assertDead(broker, made.body['access_token'])
      if (typeof made.body?.['launch_token'] === 'string') {
        const late = await registerWith(broker, made.body['launch_token'], ['read:data:1'])
        assertProblem(late, 401, 'unauthorized')
      }
    }
    for (const dead of [bearer, agent]) await assertDead(broker, dead)
    // Each sign-in of a round costs an attempt of its address.
    broker.advance(1000)
  }
})

test('a thief who renews a stolen app token and then releases it cannot keep what it launched', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  const scope = ['read:data:*']
  const made = await operator.registerApp({ name: 'victim', scopes: scope })
  const body = { client_id: made.client_id, client_secret: made.client_secret }
  const login = await ask(broker, 'POST', '/v1/app/auth', { body })
  const victims = String(login.body['access_token'])
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: victims })
  const thiefs = String(renewed.body['access_token'])
  const launched = await ask(broker, 'POST', '/v1/app/launch-tokens', {
    bearer: thiefs,
    body: { agent_name: 'spy', allowed_scope: scope },
  })
  const asked = registration({
    launchToken: String(launched.body['launch_token']),
    nonce: await freshNonce(broker),
  })
  const spy = String((await register(broker, asked)).body['access_token'])
  await ask(broker, 'POST', '/v1/token/release', { bearer: thiefs })
  assert.equal((await broker.client.validate(spy)).valid, true)

  broker.advance(15_000)
  const reused = await ask(broker, 'POST', '/v1/token/renew', { bearer: victims })
  assertProblem(reused, 401, 'unauthorized')
  await assertDead(broker, spy)
  await broker.restart()
  await assertDead(broker, spy)
})
