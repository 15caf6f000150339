// What has become of an agent: contract 3.4.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askAsOperator } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { asNewOperator, rotate } from '../signing-keys.ts'
import { testBroker } from '../test-broker.ts'
import {
  day,
  list,
  pathOf,
  release,
  revoke,
  second,
  start,
  startApp,
  statusesOf,
  statusOf,
} from './asks-about-agents.ts'

test('the status outlives session and restart, for seven days', async () => {
  await using broker = await testBroker()
  const [left, given, taken] = [await start(broker), await start(broker), await start(broker)]
  const inTask = await start(broker, { taskId: 'other' })
  const ofApp = await startApp(broker)
  await release(broker, given.bearer)
  await revoke(broker, 'agent', taken.agentId)
  await revoke(broker, 'task', 'other')
  await askAsOperator(broker, 'DELETE', `/v1/admin/apps/${ofApp.appId}`)
  const ids = {
    left: left.agentId,
    given: given.agentId,
    taken: taken.agentId,
    inTask: inTask.agentId,
    ofApp: ofApp.agentId,
  }
  const dead = { given: 'released', taken: 'revoked', inTask: 'revoked', ofApp: 'revoked' }
  assert.deepEqual(await statusesOf(broker, ids), { left: 'active', ...dead })
  broker.advance(300 * second)
  assert.deepEqual(await statusesOf(broker, ids), { left: 'expired', ...dead })
  broker.advance(day)
  const { store } = broker.broker.context
  const { sid } = (await store.agents.find(left.agentId)) ?? { sid: '' }
  await store.prune()
  assert.equal(await store.sessions.find(sid), undefined)
  await broker.restart()
  assert.deepEqual(await statusesOf(broker, ids), { left: 'expired', ...dead })
  for (const [status, count] of [
    ['expired', 1],
    ['released', 1],
    ['revoked', 3],
    ['active', 0],
  ] as const) {
    assert.equal((await list(broker, `?status=${status}`)).length, count, status)
  }
  broker.advance(7 * day)
  await broker.broker.context.store.prune()
  assertProblem(await asNewOperator(broker, 'GET', pathOf(taken.agentId)), 404, 'not_found')
  assert.deepEqual(await list(broker), [])
})

test('what comes after the end of an agent does not change how it ended', async () => {
  await using broker = await testBroker()
  const given = await start(broker, { taskId: 'one' })
  const left = await start(broker, { taskId: 'two' })
  await release(broker, given.bearer)
  broker.advance(1)
  await revoke(broker, 'task', 'one')
  broker.advance(300 * second)
  await revoke(broker, 'task', 'two')
  assert.equal(await statusOf(broker, given.agentId), 'released')
  assert.equal(await statusOf(broker, left.agentId), 'expired')
})

test('an agent launched by a login dies with it, and not by its release', async () => {
  await using broker = await testBroker()
  const [app, other] = [await startApp(broker), await startApp(broker)]
  await release(broker, app.bearer)
  await revoke(broker, 'agent', `app:${other.appId}`)
  assert.equal(await statusOf(broker, app.agentId), 'active')
  assert.equal(await statusOf(broker, other.agentId), 'revoked')
})

test('a lifted task entry leaves those it killed revoked, and who registers later is active', async () => {
  await using broker = await testBroker()
  const { agentId } = await start(broker)
  const { body } = await revoke(broker, 'task', 'task')
  await asNewOperator(broker, 'DELETE', `/v1/revocations/${String(body['id'])}`)
  broker.advance(10 * second)
  const later = await start(broker)
  assert.equal(await statusOf(broker, agentId), 'revoked')
  assert.equal(await statusOf(broker, later.agentId), 'active')
})

test('the end of its key revokes an agent, and one renewed under another key goes on', async () => {
  await using broker = await testBroker()
  const [stays, renews] = [await start(broker), await start(broker)]
  const { previous_kid: kid = '' } = await rotate(broker)
  await ask(broker, 'POST', '/v1/token/renew', { bearer: renews.bearer })
  await rotate(broker, { emergency: true, kid })
  assert.equal(await statusOf(broker, stays.agentId), 'revoked')
  assert.equal(await statusOf(broker, renews.agentId), 'active')
  broker.advance(day)
  await broker.broker.context.store.prune()
  assert.equal(await statusOf(broker, stays.agentId), 'revoked')
  assert.equal(await statusOf(broker, renews.agentId), 'expired')
})
