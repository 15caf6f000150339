// Every method once against a real broker in this process.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Agent, AuthenticationError, NotFoundError, Operator } from '@agentwrit/client'
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

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}
