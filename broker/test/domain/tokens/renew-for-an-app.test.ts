import assert from 'node:assert/strict'
import { test } from 'node:test'
import { App } from '@agentwrit/client'
import { ask, assertProblem, type Shown } from '../../ask.ts'
import { testBroker, type TestBroker } from '../../test-broker.ts'

const idempotencyKey = 'a-key-that-a-csprng-has-made'

const renew = (broker: TestBroker, shown: Shown) => ask(broker, 'POST', '/v1/token/renew', shown)

/** An app with a ceiling, signed in, and an agent that it has started. */
async function startApp(broker: TestBroker) {
  const operator = await broker.operator()
  const made = await operator.registerApp({
    name: 'reports',
    scopes: ['read:data:*', 'write:log:*'],
  })
  const credentials = { clientId: made.client_id, clientSecret: made.client_secret }
  const app = await App.signIn({ broker: broker.client, ...credentials })
  const scope = ['read:data:1', 'write:log:1']
  const agent = await app.createAgent({ orchId: 'orch', taskId: 'task', scope })
  return { operator, appId: made.app_id, app, agent }
}

test('a renewal stays within the ceiling that the app has now; a narrower one still succeeds', async () => {
  await using broker = await testBroker()
  const { operator, appId, agent } = await startApp(broker)
  const bearer = await agent.token()
  await operator.updateApp(appId, { scopes: ['read:data:*'] })
  assertProblem(await renew(broker, { bearer }), 403, 'scope_violation')
  const wider = { scope: ['write:log:1'] }
  assertProblem(await renew(broker, { bearer, body: wider }), 403, 'scope_violation')
  const narrower = { scope: ['read:data:1'] }
  assert.equal((await renew(broker, { bearer, body: narrower })).status, 200)
})

test('an app renews its own token, and may keep fewer of its scopes', async () => {
  await using broker = await testBroker()
  const { app } = await startApp(broker)
  const bearer = await app.token()
  const body = { scope: ['app:audit:read'] }
  const renewed = await renew(broker, { bearer, body })
  assert.equal(renewed.status, 200)
  const successor = String(renewed.body['access_token'])
  const asked = { agent_name: 'a', allowed_scope: ['read:data:1'] }
  const launch = await ask(broker, 'POST', '/v1/app/launch-tokens', {
    bearer: successor,
    body: asked,
  })
  assertProblem(launch, 403, 'insufficient_scope')
  const wider = await renew(broker, { bearer: successor, body: { scope: ['app:agents:*'] } })
  assertProblem(wider, 403, 'scope_violation')
})

test('nothing of a deregistered app is renewed, nor is a renewal repeated', async () => {
  await using broker = await testBroker()
  const { operator, appId, app, agent } = await startApp(broker)
  const [own, bearer] = [await app.token(), await agent.token()]
  const first = await renew(broker, { bearer, idempotencyKey })
  const successor = String(first.body['access_token'])
  await operator.deregisterApp(appId)
  for (const dead of [own, bearer, successor]) {
    assertProblem(await renew(broker, { bearer: dead, idempotencyKey }), 401, 'unauthorized')
  }
  await broker.restart()
  assertProblem(await renew(broker, { bearer, idempotencyKey }), 401, 'unauthorized')
})
