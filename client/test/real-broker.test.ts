// Every method once against a real broker in this process.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Agent,
  App,
  AuthenticationError,
  Broker,
  NotFoundError,
  Operator,
  TransportError,
} from '@agentwrit/client'
import { adminSecret, testBroker } from '../../broker/test/test-broker.ts'

const scope = ['read:sales:2026-10']

test('what a broker tells everybody is read', async () => {
  await using broker = await testBroker()
  const { client } = broker
  assert.equal((await client.health()).status, 'ok')
  assert.equal((await client.livez()).status, 'ok')
  assert.equal((await client.readyz()).status, 'ready')
  assert.equal((await client.jwks()).keys.length, 1)
  assert.equal((await client.openapi())['openapi'], '3.1.0')
  assert.match(await client.metrics(), /^# TYPE agentwrit_tokens_issued_total counter$/m)
  assert.match((await client.challenge()).requestId ?? '', /^[0-9a-f]{16}$/)
})

test('an agent lives through registration, renewal and release', async () => {
  await using broker = await testBroker()
  const { client } = broker
  const operator = await Operator.signIn({ broker: client, secret: adminSecret })
  const { launch_token: launchToken } = await operator.createLaunchToken({
    agent_name: 'report',
    allowed_scope: scope,
    max_ttl: 120,
  })
  const agent = await Agent.register({
    broker: client,
    launchToken,
    orchId: 'o',
    taskId: 't',
    scope,
  })
  assert.equal(agent.expiresAt.getTime(), broker.now() + 120_000)
  const first = await agent.token()
  const seen = await client.validate(first)
  assert.ok(seen.valid)
  assert.equal(seen.claims.sub, agent.agentId)
  assert.deepEqual(seen.claims.scope, scope)

  await agent.renew()
  const second = await agent.token()
  assert.equal((await client.validate(first)).valid, false)
  assert.equal((await client.validate(second)).valid, true)

  await agent.release()
  assert.equal((await client.validate(second)).valid, false)
  await client.release(second)
})

test('an agent whose renewal was never answered gets the successor that was made, and lives on', async () => {
  await using broker = await testBroker()
  let losses = 2
  const lossy: typeof fetch = async (input, init) => {
    const answer = await broker.fetch(input, init)
    const { pathname } = new URL(new Request(input).url)
    const isLost = pathname === '/v1/token/renew' && (losses -= 1) >= 0
    if (isLost) throw new TypeError('the connection broke')
    return answer
  }
  const surroundings = { now: () => broker.now(), sleep: async () => {} }
  const client = new Broker('http://broker.test', { fetch: lossy, surroundings, maxRetries: 1 })
  const operator = await broker.operator()
  const { launch_token: launchToken } = await operator.createLaunchToken({
    agent_name: 'report',
    allowed_scope: ['read:sales:*'],
  })
  const task = { launchToken, orchId: 'o', taskId: 't', scope: ['read:sales:*'] }
  const agent = await Agent.register({ broker: client, ...task })
  const first = await agent.token()
  await assert.rejects(agent.renew({ scope }), TransportError)
  await agent.renew({ scope })
  assert.equal((await client.validate(first)).valid, false)
  const seen = await client.validate(await agent.token())
  assert.ok(seen.valid)
  assert.deepEqual(seen.claims.scope, scope)
  assert.deepEqual(agent.scope, scope)
  const types = (await broker.broker.context.store.audit.read(1, 100)).map(
    (event) => event.event_type,
  )
  const renewals = types.filter((type) => type.startsWith('token_renew'))
  assert.deepEqual(renewals, ['token_renewed', 'token_renewal_repeated', 'token_renewal_repeated'])
})

test('an operator sees and deletes the launch tokens that are left', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  for (const agent_name of ['a', 'b', 'c']) {
    await operator.createLaunchToken({ agent_name, allowed_scope: scope })
    broker.advance(1)
  }
  const listed = await collect(operator.listLaunchTokens({ pageSize: 2 }))
  assert.deepEqual(
    listed.map(({ agent_name }) => agent_name),
    ['c', 'b', 'a'],
  )
  const [newest] = listed
  assert.ok(newest)
  await operator.deleteLaunchToken(newest.id)
  await assert.rejects(operator.deleteLaunchToken(newest.id), NotFoundError)
  assert.equal((await collect(operator.listLaunchTokens())).length, 2)
})

test('a wrong secret does not sign in, and the refusal names its request', async () => {
  await using broker = await testBroker()
  await assert.rejects(
    Operator.signIn({ broker: broker.client, secret: 'some other secret' }),
    (error) =>
      error instanceof AuthenticationError &&
      error.errorCode === 'unauthorized' &&
      error.requestId !== undefined,
  )
})

test('an operator whose token is about to end signs in again by itself', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  const first = await operator.token()
  broker.advance(241_000)
  const second = await operator.token()
  assert.notEqual(second, first)
  assert.equal((await broker.client.validate(second)).valid, true)
})

test('an operator who has signed out leaves no live token', async () => {
  await using broker = await testBroker()
  const operator = await Operator.signIn({ broker: broker.client, secret: adminSecret })
  const token = await operator.token()
  await operator.signOut()
  assert.equal((await broker.client.validate(token)).valid, false)
})

test('an operator lets an app in, changes it and puts it out; the app starts agents', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  const made = await operator.registerApp({ name: 'sales-reports', scopes: ['read:sales:*'] })
  const { app_id: appId, client_id: clientId, client_secret: clientSecret } = made
  const app = await App.signIn({ broker: broker.client, clientId, clientSecret })
  const agent = await app.createAgent({ orchId: 'o', taskId: 't', scope, ttl: 120 })
  assert.equal((await broker.client.validate(await agent.token())).valid, true)
  const { id } = await app.createLaunchToken({ agent_name: 'later', allowed_scope: scope })
  assert.deepEqual(
    (await collect(app.listLaunchTokens())).map((token) => token.id),
    [id],
  )
  await app.deleteLaunchToken(id)

  assert.equal((await operator.updateApp(appId, { token_ttl: 60 })).token_ttl, 60)
  assert.equal((await operator.getApp(appId)).status, 'active')
  const rotated = await operator.rotateAppSecret(appId, { immediate: true })
  const fresh = { broker: broker.client, clientId, clientSecret: rotated.client_secret }
  await using again = await App.signIn(fresh)
  const first = await again.token()
  broker.advance(31_000)
  assert.notEqual(await again.token(), first)

  assert.equal((await operator.deregisterApp(appId)).status, 'inactive')
  assert.equal((await operator.deregisterApp(appId)).status, 'inactive')
  assert.deepEqual(
    (await collect(operator.listApps({ pageSize: 1 }))).map(({ status }) => status),
    ['inactive'],
  )
  broker.advance(60_000)
  await assert.rejects(App.signIn(fresh), AuthenticationError)
  await assert.rejects(operator.getApp('app-nobody-000000'), NotFoundError)
})

test('an operator sees how the broker is: what happened, how it is set, how far it has come', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  await broker.agent()
  const { issued, killed, live_agents: agents, complete, requestId } = await operator.stats()
  assert.deepEqual([issued.admin.at(-1), issued.agent.at(-1), complete], [1, 1, true])
  assert.deepEqual([killed.chain.length, agents.length], [1440, 1440])
  assert.match(requestId ?? '', /^[0-9a-f]{16}$/)
  const { settings } = await operator.config()
  const secret = settings.find(({ variable }) => variable === 'AA_ADMIN_SECRET')
  assert.deepEqual([secret?.secret, secret?.value], [true, 'set'])
  const { brokers } = await operator.brokers()
  assert.equal(brokers[0]?.version, (await broker.client.health()).version)
})

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}
