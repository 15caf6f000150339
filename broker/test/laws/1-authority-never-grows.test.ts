import assert from 'node:assert/strict'
import { test } from 'node:test'
import { covers, type Claims } from '@agentwrit/protocol'
import * as fc from 'fast-check'
import { launchFrom, registerApp, registerWith, signIn } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { freshNonce, launchToken, register, registration } from '../proof.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const word = fc.constantFrom('read', 'write', 'data', 'logs', '*', 'a', 'b', 'a:b')
const scope = fc.tuple(word, word, word).map(([action, resource, identifier]) => {
  return `${action.replace(':', '-')}:${resource.replace(':', '-')}:${identifier}`
})
const scopes = fc.uniqueArray(scope, { minLength: 1, maxLength: 4 })

async function claimsOf(broker: TestBroker, token: string): Promise<Claims> {
  const answer = await broker.client.validate(token)
  assert.ok(answer.valid)
  return answer.claims
}

test('an agent never gets a scope its launch token does not cover, and everything it covers', async () => {
  await using broker = await testBroker()
  await fc.assert(
    fc.asyncProperty(scopes, scopes, async (allowed, wanted) => {
      const isWithin = wanted.every((one) => allowed.some((other) => covers(other, one)))
      const answer = await register(
        broker,
        registration({
          launchToken: await launchToken(broker, { scope: allowed }),
          nonce: await freshNonce(broker),
          scope: wanted,
        }),
      )
      if (!isWithin) return assertProblem(answer, 403, 'scope_violation')
      const claims = await claimsOf(broker, String(answer.body['access_token']))
      assert.deepEqual(claims.scope, wanted)
    }),
    { numRuns: 60 },
  )
})

test('no renewal changes what a token may do, nor whom it speaks for', async () => {
  await using broker = await testBroker()
  const agent = await broker.agent({ scope: ['read:data:a', 'write:logs:*'] })
  const before = await claimsOf(broker, await agent.token())
  broker.advance(10_000)
  await agent.renew()
  const after = await claimsOf(broker, await agent.token())
  const { exp: _exp, iat: _iat, nbf: _nbf, jti, ...rest } = after
  assert.deepEqual({ ...before, ...rest }, before)
  assert.notEqual(jti, before.jti)
})

test('no sequence of renewals gets a scope that the one before lacked', async () => {
  await using broker = await testBroker()
  await fc.assert(
    fc.asyncProperty(scopes, fc.array(scopes, { maxLength: 6 }), async (first, wishes) => {
      const agent = await broker.agent({ scope: first })
      let [bearer, held] = [await agent.token(), first]
      for (const wish of wishes) {
        const body = { scope: wish }
        const answer = await ask(broker, 'POST', '/v1/token/renew', { bearer, body })
        if (wish.every((one) => held.some((other) => covers(other, one)))) {
          bearer = String(answer.body['access_token'])
          held = wish
        } else {
          assertProblem(answer, 403, 'scope_violation')
        }
        assert.deepEqual((await claimsOf(broker, bearer)).scope, held)
      }
    }),
    { numRuns: 40 },
  )
})

test('no renewal outlives the maximal age of the session', async () => {
  await using broker = await testBroker({ environment: { AA_MAX_SESSION_AGE: '100' } })
  const agent = await broker.agent({ maxTtl: 60 })
  const first = await claimsOf(broker, await agent.token())
  assert.equal(first.exp - first.iat, 60)
  broker.advance(50_000)
  await agent.renew()
  const second = await claimsOf(broker, await agent.token())
  assert.ok(second.exp <= first.iat + 100)
  broker.advance(49_500)
  await assert.rejects(agent.renew(), { errorCode: 'unauthorized' })
})

test('a token lives as long as its launch token allows, and never longer than the broker does', async () => {
  await using broker = await testBroker({
    environment: { AA_MAX_TTL: '40', AA_DEFAULT_TTL: '400' },
  })
  for (const [maxTtl, expected] of [
    [5, 5],
    [undefined, 40],
  ] as const) {
    const token = await launchToken(broker, maxTtl === undefined ? {} : { maxTtl })
    const answer = await register(
      broker,
      registration({ launchToken: token, nonce: await freshNonce(broker) }),
    )
    assert.equal(answer.body['expires_in'], expected)
  }
})

test('nobody can grant an admin: or app: scope, in a launch token or a registration', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.operator()).token()
  for (const reserved of ['admin:revoke:*', 'app:agents:*', 'admin:x:y', 'app:x:y:z']) {
    const made = await ask(broker, 'POST', '/v1/admin/launch-tokens', {
      bearer,
      body: { agent_name: 'a', allowed_scope: ['read:data:*', reserved] },
    })
    assertProblem(made, 400, 'invalid_request')
    const answer = await register(
      broker,
      registration({
        launchToken: await launchToken(broker, { scope: ['*:*:*'] }),
        nonce: await freshNonce(broker),
        scope: [reserved],
      }),
    )
    assertProblem(answer, 400, 'invalid_request')
  }
})

test('a launch token that names a task registers no other', async () => {
  await using broker = await testBroker()
  const named = await launchToken(broker, { taskId: 'another' })
  const asked = registration({ launchToken: named, nonce: await freshNonce(broker) })
  assertProblem(await register(broker, asked), 403, 'forbidden')
  const right = await register(broker, { ...asked, task_id: 'another' })
  assert.equal(right.status, 200)
})

test('an agent can do nothing an operator does', async () => {
  await using broker = await testBroker()
  const agent = await broker.agent({ scope: ['*:*:*'] })
  const bearer = await agent.token()
  const body = { agent_name: 'a', allowed_scope: ['read:data:*'] }
  const refused = await ask(broker, 'POST', '/v1/admin/launch-tokens', { bearer, body })
  assertProblem(refused, 403, 'insufficient_scope')
  assertProblem(
    await ask(broker, 'GET', '/v1/admin/launch-tokens', { bearer }),
    403,
    'insufficient_scope',
  )
})

test('an app hands on exactly what its current ceiling covers, and its launch tokens no more than it does now', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  const { app_id, ...credentials } = await registerApp(broker)
  const app = await signIn(broker, { app_id, ...credentials })
  await fc.assert(
    fc.asyncProperty(scopes, scopes, fc.nat(9), async (wanted, others, luck) => {
      // Mostly covered at first, and about half the time by the ceiling that follows.
      const before = luck === 0 ? others : [...new Set([...wanted, ...others])]
      const after = luck % 2 === 0 ? [...new Set([...others, ...wanted])] : others
      const within = (ceiling: string[]) =>
        wanted.every((one) => ceiling.some((other) => covers(other, one)))
      await operator.updateApp(app_id, { scopes: before })
      const body = { agent_name: 'a', allowed_scope: wanted }
      const bearer = await app.token()
      const made = await ask(broker, 'POST', '/v1/app/launch-tokens', { bearer, body })
      if (!within(before)) return assertProblem(made, 403, 'forbidden')
      assert.equal(made.status, 201)
      await operator.updateApp(app_id, { scopes: after })
      const answer = await registerWith(broker, String(made.body['launch_token']), wanted)
      if (!within(after)) return assertProblem(answer, 403, 'scope_violation')
      const claims = await claimsOf(broker, String(answer.body['access_token']))
      assert.deepEqual(claims.scope, wanted)
      assert.equal(claims.app_id, app_id)
    }),
    { numRuns: 60 },
  )
})

test('narrowing a ceiling leaves live tokens alone', async () => {
  await using broker = await testBroker()
  const registered = await registerApp(broker)
  const app = await signIn(broker, registered)
  const agent = await registerWith(broker, await launchFrom(app))
  await (await broker.operator()).updateApp(registered.app_id, { scopes: ['read:other:*'] })
  await claimsOf(broker, String(agent.body['access_token']))
})

test('from the commit of a narrower ceiling on, nobody registers or launches beyond it, however they race', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  const registered = await registerApp(broker)
  const app = await signIn(broker, registered)
  const wide = ['read:data:*']
  const body = { agent_name: 'a', allowed_scope: wide }
  const statuses = new Set<number>()
  for (let round = 0; round < 40; round += 1) {
    await operator.updateApp(registered.app_id, { scopes: wide })
    const [token, bearer] = [await launchFrom(app, wide), await app.token()]
    const start = (await broker.broker.context.store.head()).seq
    const race = [
      () => registerWith(broker, token, wide),
      () => ask(broker, 'POST', '/v1/app/launch-tokens', { bearer, body }),
      () => registerWith(broker, token, wide),
      () => ask(broker, 'POST', '/v1/app/launch-tokens', { bearer, body }),
    ]
    const narrow = async () => {
      await operator.updateApp(registered.app_id, { scopes: ['read:data:1'] })
      return { status: 0 }
    }
    race.splice(round % 5, 0, narrow as never)
    for (const { status } of await Promise.all(race.map((call) => call()))) statuses.add(status)
    const events = await broker.broker.context.store.audit.read(start + 1, 100)
    const types = events.map((event) => event.event_type)
    const late = types.slice(types.indexOf('scopes_ceiling_updated'))
    assert.ok(!late.includes('agent_registered') && !late.includes('launch_token_issued'))
    broker.advance(1)
  }
  assert.ok(statuses.has(403))
})
