// POST /v1/revoke: who may revoke what (contract 4.7).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registerApp } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import {
  agentOf,
  alive,
  audited,
  delegated,
  eventsSince,
  revokeAs,
  signInAdmin,
  signInApp,
  unknownToken,
} from '../lineages.ts'
import { testBroker } from '../test-broker.ts'

test('an app revokes its own agents, their tokens and chains, and nobody else’s', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const [app, stranger] = [
    await signInApp(broker, await registerApp(broker)),
    await signInApp(broker, await registerApp(broker)),
  ]
  const [one, two, three] = [
    await agentOf(broker, app),
    await agentOf(broker, app),
    await agentOf(broker, app),
  ]
  const [foreign, admins] = [await agentOf(broker, stranger), await agentOf(broker, admin)]
  const start = await audited(broker)
  const { sub, jti } = foreign.claims
  for (const asked of [
    { level: 'agent', target: sub },
    { level: 'chain', target: sub },
    { level: 'token', target: jti },
    { level: 'token', target: jti, dry_run: true },
    { level: 'token', target: unknownToken },
    { level: 'token', target: app.claims.jti },
    { level: 'token', target: admin.claims.jti },
    { level: 'agent', target: admins.claims.sub },
    { level: 'agent', target: 'nobody' },
  ] as const) {
    assertProblem(await revokeAs(broker, app, asked), 404, 'not_found')
  }
  for (const asked of [
    { level: 'task', target: 'task' },
    { level: 'agent', target: 'admin' },
    { level: 'agent', target: app.claims.sub },
    { level: 'agent', target: 'operator:olga' },
  ] as const) {
    assertProblem(await revokeAs(broker, app, asked), 403, 'forbidden')
  }
  const everybody = { admin, app, stranger, one, two, three, foreign, admins }
  assert.deepEqual(await alive(broker, everybody), Object.keys(everybody))
  const [denied, ...others] = await eventsSince(broker, start)
  assert.deepEqual(others, [])
  assert.equal(denied?.event_type, 'revocation_denied')
  assert.equal(denied.outcome, 'denied')
  assert.equal(denied.app_id, app.claims.app_id)

  const revoked = [
    { level: 'agent', target: one.claims.sub },
    { level: 'chain', target: two.claims.sub },
    { level: 'token', target: three.claims.jti },
  ] as const
  for (const asked of revoked) {
    assert.equal((await revokeAs(broker, app, { ...asked, dry_run: true })).body['count'], 1)
    assert.equal((await revokeAs(broker, app, asked)).body['count'], 1)
  }
  assert.deepEqual(await alive(broker, { one, two, three, foreign }), ['foreign'])
  const own = await eventsSince(broker, start + 1)
  assert.equal(own.length, 6)
  const { app_id, sub: actor } = app.claims
  for (const event of own) assert.partialDeepStrictEqual(event, { app_id, actor })
})

test('an agent and its delegate revoke nothing', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const agent = await agentOf(broker, admin)
  const child = await delegated(broker, agent, await agentOf(broker, admin))
  const asked = { level: 'agent', target: agent.claims.sub } as const
  for (const bearer of [agent, child]) {
    assertProblem(await revokeAs(broker, bearer, asked), 403, 'insufficient_scope')
  }
})

test('a revocation that says too little, or what cannot be, is refused and does nothing', async () => {
  await using broker = await testBroker()
  const { token: bearer } = await signInAdmin(broker)
  const start = await audited(broker)
  const good = { level: 'task', target: 't' }
  for (const body of [
    {},
    { level: 'task' },
    { target: 't' },
    { ...good, level: 'app' },
    { ...good, target: '' },
    { ...good, target: 'x'.repeat(1025) },
    { ...good, target: 'a\nb' },
    { ...good, reason: 'x'.repeat(257) },
    { ...good, reason: 'a\u0000b' },
    { ...good, dry_run: 'true' },
  ]) {
    const answer = await ask(broker, 'POST', '/v1/revoke', { bearer, body })
    assertProblem(answer, 400, 'invalid_request')
  }
  assert.equal(await audited(broker), start)
  for (const target of ['admin', 'app:app-x-000000', 'operator:olga']) {
    const body = { level: 'chain', target }
    const answer = await ask(broker, 'POST', '/v1/revoke', { bearer, body })
    assertProblem(answer, 400, 'invalid_request')
  }
  const bounds = { level: 'task', target: 'x'.repeat(1024), reason: 'r'.repeat(256) }
  assert.equal((await ask(broker, 'POST', '/v1/revoke', { bearer, body: bounds })).status, 200)
  const silent = { ...good, reason: '' }
  assert.equal((await ask(broker, 'POST', '/v1/revoke', { bearer, body: silent })).status, 200)
})
