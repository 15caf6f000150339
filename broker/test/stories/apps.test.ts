import assert from 'node:assert/strict'
import { test } from 'node:test'
import { App, Broker, Operator } from '@agentwrit/client'
import { adminSecret, testBroker } from '../test-broker.ts'

test('an operator registers an app, the app starts an agent, and both end with the app, over a real connection', async () => {
  await using running = await testBroker({ clock: 'real', environment: { AA_PORT: '0' } })
  const { url } = await running.broker.listen()
  const broker = new Broker(url)
  const operator = await Operator.signIn({ broker, secret: adminSecret })
  const { app_id, client_id, client_secret } = await operator.registerApp({
    name: 'monthly-reports',
    scopes: ['read:sales:*', 'write:reports:monthly'],
  })
  const app = await App.signIn({ broker, clientId: client_id, clientSecret: client_secret })

  const agent = await app.createAgent({
    orchId: 'reports',
    taskId: 'october',
    scope: ['read:sales:2026-10'],
    ttl: 60,
  })
  const checked = await broker.validate(await agent.token())
  assert.ok(checked.valid)
  assert.equal(checked.claims.sub, agent.agentId)
  assert.equal(checked.claims.app_id, app_id)
  assert.equal(checked.claims.exp - checked.claims.iat, 60)
  assert.deepEqual(checked.claims.scope, ['read:sales:2026-10'])

  const wider = { orchId: 'reports', taskId: 'october', scope: ['write:sales:2026-10'] }
  await assert.rejects(app.createAgent(wider), { errorCode: 'forbidden' })

  const removed = await operator.deregisterApp(app_id)
  assert.equal(removed.status, 'inactive')
  for (const token of [await app.token(), await agent.token()]) {
    assert.equal((await broker.validate(token)).valid, false)
  }
  const again = App.signIn({ broker, clientId: client_id, clientSecret: client_secret })
  await assert.rejects(again, { errorCode: 'unauthorized' })
  await operator.signOut()
})

test('an app gets a new secret without a pause, and a narrower ceiling without a restart', async () => {
  await using running = await testBroker()
  const operator = await running.operator()
  const made = await operator.registerApp({ name: 'support-bot', scopes: ['read:tickets:*'] })
  const broker = running.client
  const old = { broker, clientId: made.client_id, clientSecret: made.client_secret }
  const app = await App.signIn(old)
  const { client_secret: clientSecret } = await operator.rotateAppSecret(made.app_id)
  await App.signIn(old)
  const fresh = await App.signIn({ ...old, clientSecret })
  running.advance(600_000)
  await assert.rejects(App.signIn(old), { errorCode: 'unauthorized' })

  const task = { orchId: 'support', taskId: 'shift-1', scope: ['read:tickets:*'] }
  await using agent = await app.createAgent(task)
  await operator.updateApp(made.app_id, { scopes: ['read:tickets:open'] })
  await assert.rejects(fresh.createAgent(task), { errorCode: 'forbidden' })
  await fresh.createAgent({ ...task, scope: ['read:tickets:open'] })
  assert.equal((await broker.validate(await agent.token())).valid, true)
})

test('apps, their ceilings and what they launched are there after a restart', async () => {
  await using running = await testBroker()
  const operator = await running.operator()
  const made = await operator.registerApp({ name: 'night-jobs', scopes: ['read:data:*'] })
  const credentials = {
    broker: running.client,
    clientId: made.client_id,
    clientSecret: made.client_secret,
  }
  const app = await App.signIn(credentials)
  const task = { orchId: 'o', taskId: 't', scope: ['read:data:1'] }
  const agent = await app.createAgent(task)
  await running.restart()
  for (const token of [await app.token(), await agent.token()]) {
    assert.equal((await running.client.validate(token)).valid, true)
  }
  const found = await operator.getApp(made.app_id)
  assert.deepEqual({ ...found, client_secret: made.client_secret }, { ...made })
  await using later = await App.signIn(credentials)
  await later.createAgent(task)
  await assert.rejects(later.createAgent({ ...task, scope: ['a:b:c'] }), { errorCode: 'forbidden' })
})
