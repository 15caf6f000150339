// POST /v1/revoke: who may, what it answers, and what it leaves behind (contract 4.7).
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
  killedOf,
  launchBy,
  registerUnder,
  renewed,
  revokeAs,
  signInAdmin,
  signInApp,
  unknownToken,
} from '../lineages.ts'
import { testBroker } from '../test-broker.ts'

test('an unknown target is revoked as well: it killed nothing, is listed, and is audited', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const start = await audited(broker)
  for (const [level, target] of [
    ['token', unknownToken],
    ['agent', 'nobody'],
    ['task', 'no task at all'],
    ['chain', 'spiffe://agentwrit.local/agent/o/t/0011223344556677'],
    ['agent', 'app:app-unknown-000000'],
  ] as const) {
    const { status, body } = await revokeAs(broker, admin, { level, target })
    const { id } = body
    assert.equal(status, 200)
    assert.deepEqual(body, { revoked: true, level, target, count: 0, id })
    const url = `/v1/revocations?level=${level}&target=${encodeURIComponent(target)}`
    const listed = await ask(broker, 'GET', url, { bearer: admin.token })
    const [entry, ...others] = listed.body['revocations'] as Record<string, unknown>[]
    assert.deepEqual(others, [])
    assert.equal(entry?.['id'], id)
    assert.equal(entry?.['count'], 0)
  }
  const events = await eventsSince(broker, start)
  assert.deepEqual(
    events.map(({ event_type, agent_id, task_id, jti }) => [event_type, agent_id, task_id, jti]),
    [
      [undefined, undefined, admin.claims.jti],
      [undefined, undefined, admin.claims.jti],
      [undefined, undefined, admin.claims.jti],
      ['spiffe://agentwrit.local/agent/o/t/0011223344556677', undefined, admin.claims.jti],
      [undefined, undefined, admin.claims.jti],
    ].flatMap((concerned) => [
      ['token_revoked', ...concerned],
      ['revocation_effect', ...concerned],
    ]),
  )
})

test('a task that is revoked before anybody works on it admits nobody, whatever else is wrong', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const launchToken = await launchBy(broker, admin)
  await revokeAs(broker, admin, { level: 'task', target: 'october' })
  assertProblem(await registerUnder(broker, launchToken, 'october'), 403, 'forbidden')
  const forged = {
    launch_token: launchToken,
    nonce: 'ab'.repeat(32),
    public_key: 'bad',
    signature: 'bad',
    orch_id: 'orch',
    requested_scope: ['read:data:*'],
  }
  const register = (task_id: string) =>
    ask(broker, 'POST', '/v1/register', { body: { ...forged, task_id } })
  assertProblem(await register('october'), 403, 'forbidden')
  assertProblem(await register('november'), 401, 'unauthorized')
  assert.equal((await registerUnder(broker, launchToken, 'november')).status, 200)
})

test('revoking the same again names the same entry, tells its count, and is audited each time', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const agent = await agentOf(broker, admin)
  const asked = { level: 'agent', target: agent.claims.sub } as const
  const first = await revokeAs(broker, admin, { ...asked, reason: 'stolen' })
  const start = await audited(broker)
  broker.advance(1000)
  const second = await revokeAs(broker, admin, { ...asked, reason: 'stolen for sure' })
  assert.deepEqual(second.body, first.body)
  assert.equal(second.body['count'], 1)
  const [event, ...others] = await eventsSince(broker, start)
  assert.deepEqual(others, [])
  assert.equal(event?.event_type, 'token_revoked')
  assert.match(event.detail, / \| reason=stolen for sure \| revocation=[0-9a-f]{32}$/)
  assert.equal(await killedOf(broker, 'agent'), 1)
  // A token of the same agent is another target.
  const other = await revokeAs(broker, admin, { level: 'token', target: agent.claims.jti })
  assert.notEqual(other.body['id'], first.body['id'])
  assert.equal(other.body['count'], 0)
})

test('of many who revoke the same at once all are told of one entry, and its effect is counted once', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const agent = await agentOf(broker, admin)
  await delegated(broker, agent, agent)
  const asked = { level: 'chain', target: agent.claims.sub } as const
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => revokeAs(broker, admin, asked)),
  )
  assert.equal(new Set(answers.map(({ body }) => body['id'])).size, 1)
  for (const { body } of answers) assert.equal(body['count'], 2)
  assert.equal(await killedOf(broker, 'chain'), 2)
  const events = await eventsSince(broker, 0)
  assert.equal(events.filter(({ event_type }) => event_type === 'token_revoked').length, 20)
  assert.equal(events.filter(({ event_type }) => event_type === 'revocation_effect').length, 1)
})

test('all sessions of an app end with what they launched, released ones too; the next login lives', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const made = await registerApp(broker)
  const [first, second, stranger] = [
    await signInApp(broker, made),
    await signInApp(broker, made),
    await signInApp(broker, await registerApp(broker)),
  ]
  const [one, two] = [await agentOf(broker, first), await agentOf(broker, second)]
  const launchToken = await launchBy(broker, second)
  await ask(broker, 'POST', '/v1/token/release', { bearer: first.token })
  const asked = { level: 'agent', target: `app:${made.app_id}` } as const
  const answer = await revokeAs(broker, admin, asked)
  assert.equal(answer.body['count'], 3)
  const all = { second, one, two, stranger }
  assert.deepEqual(await alive(broker, all), ['stranger'])
  assertProblem(await registerUnder(broker, launchToken), 401, 'unauthorized')

  const third = await signInApp(broker, made)
  const three = await agentOf(broker, third)
  assert.deepEqual(await alive(broker, { third, three }), ['third', 'three'])
  const again = await revokeAs(broker, admin, asked)
  assert.equal(again.body['count'], 2)
  assert.notEqual(again.body['id'], answer.body['id'])
  assert.deepEqual(await alive(broker, { third, three }), [])
  await broker.restart()
  assert.deepEqual(await alive(broker, { ...all, third, three }), ['stranger'])
})

test('an operator can revoke all sessions of operators, its own too, and sign in again', async () => {
  await using broker = await testBroker()
  const [admin, other] = [await signInAdmin(broker), await signInAdmin(broker)]
  const agent = await agentOf(broker, other)
  const answer = await revokeAs(broker, admin, { level: 'agent', target: 'admin' })
  assert.equal(answer.status, 200)
  assert.equal(answer.body['count'], 3)
  assert.deepEqual(await alive(broker, { admin, other, agent }), [])
  const fresh = await signInAdmin(broker)
  assert.deepEqual(await alive(broker, { fresh }), ['fresh'])
  assertProblem(
    await revokeAs(broker, admin, { level: 'agent', target: 'admin' }),
    401,
    'unauthorized',
  )
})

test('an operator’s revocation of an agent is told to its app, with agent, task and revoker', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const agent = await agentOf(broker, await signInApp(broker, await registerApp(broker)), 'october')
  const { jti, sub: agent_id, app_id } = agent.claims
  const start = await audited(broker)
  await revokeAs(broker, admin, { level: 'token', target: jti })
  await revokeAs(broker, admin, { level: 'agent', target: agent_id })
  const [token, , agents] = await eventsSince(broker, start)
  assert.partialDeepStrictEqual(token, {
    agent_id,
    task_id: 'october',
    app_id,
    jti: admin.claims.jti,
    actor: 'admin',
  })
  assert.partialDeepStrictEqual(agents, { agent_id, app_id, jti: admin.claims.jti })
})

test('a reason adds no part to the audit’s detail', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const start = await audited(broker)
  const reason = 'spilled | count=0 | revocation=none'
  const target = 't | level=token'
  await revokeAs(broker, admin, { level: 'task', target, reason })
  const [revoked] = await eventsSince(broker, start)
  const parts = revoked?.detail.split(' | ').map((part) => part.split('=')[0])
  assert.deepEqual(parts, ['revoked', 'level', 'target', 'reason', 'revocation'])
})

test('a revocation whose effect cannot be noted stands; repeating it counts again', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const agent = await agentOf(broker, admin)
  const child = await delegated(broker, agent, agent)
  const asked = { level: 'agent', target: agent.claims.sub } as const
  Object.assign(broker.broker.context.store.revocations, { noteEffects: fail })
  const start = await audited(broker)
  const first = await revokeAs(broker, admin, asked)
  assert.equal(first.status, 200)
  assert.equal(first.body['count'], 2)
  assert.deepEqual(await alive(broker, { agent, child }), [])
  assert.ok(broker.logged.some((line) => line.includes('no room for this')))
  assert.equal(await audited(broker), start + 1)

  await broker.restart()
  const again = await revokeAs(broker, admin, asked)
  assert.deepEqual(again.body, first.body)
  const types = (await eventsSince(broker, start)).map(({ event_type }) => event_type)
  assert.deepEqual(types, ['token_revoked', 'token_revoked', 'revocation_effect'])
})

test('a renewal does not escape the revocation of the token it replaced', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const old = await agentOf(broker, admin)
  const fresh = await renewed(broker, await renewed(broker, old))
  const answer = await revokeAs(broker, admin, { level: 'token', target: old.claims.jti })
  assert.equal(answer.body['count'], 1)
  assert.deepEqual(await alive(broker, { fresh }), [])
})

function fail(): Promise<never> {
  return Promise.reject(new Error('no room for this'))
}
