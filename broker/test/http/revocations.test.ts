// GET and DELETE /v1/revocations: what is listed, and what can be lifted (contract 4.16, 4.17).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registerApp } from '../apps.ts'
import { ask, assertProblem, type Answer } from '../ask.ts'
import {
  agentOf,
  alive,
  delegated,
  eventsSince,
  launchBy,
  registerUnder,
  renewed,
  revokeAs,
  signInAdmin,
  signInApp,
  type Held,
} from '../lineages.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const path = '/v1/revocations'

function list(broker: TestBroker, { token: bearer }: Held, query = ''): Promise<Answer> {
  return ask(broker, 'GET', `${path}${query}`, { bearer })
}

function lift(broker: TestBroker, { token: bearer }: Held, id: unknown): Promise<Answer> {
  return ask(broker, 'DELETE', `${path}/${String(id)}`, { bearer })
}

function entriesOf({ body }: Answer): Record<string, unknown>[] {
  const { revocations } = body
  assert.ok(Array.isArray(revocations), JSON.stringify(body))
  return revocations
}

function targetsOf(answer: Answer): unknown[] {
  return entriesOf(answer).map(({ target }) => target)
}

test('a lifted task takes on agents from a whole second at least 3 s ahead, and revives none', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const launchToken = await launchBy(broker, admin)
  const agent = await agentOf(broker, admin, 'october')
  const child = await delegated(broker, agent, await agentOf(broker, admin, 'other'))
  const revoked = await revokeAs(broker, admin, { level: 'task', target: 'october' })
  const { id } = revoked.body
  const start = await broker.broker.context.store.audit.count()

  const lifted = await lift(broker, admin, id)
  assert.equal(lifted.status, 200)
  // 3.0 s after 05.6 s, rounded up.
  assert.deepEqual(lifted.body, {
    id,
    level: 'task',
    target: 'october',
    actor: 'admin',
    count: 2,
    revoked_at: '2026-01-02T03:04:05.600Z',
    lifted_at: '2026-01-02T03:04:09.000Z',
    lifted_by: 'admin',
  })
  broker.advance(1500)
  assert.deepEqual((await lift(broker, admin, id)).body, lifted.body)
  const [event, ...others] = await eventsSince(broker, start)
  assert.deepEqual(others, [])
  assert.partialDeepStrictEqual(event, { event_type: 'revocation_lifted', task_id: 'october' })

  const liftedAt = Date.parse('2026-01-02T03:04:09.000Z')
  broker.advance(liftedAt - 1 - broker.now())
  assertProblem(await registerUnder(broker, launchToken, 'october'), 403, 'forbidden')
  await broker.restart()
  assertProblem(await registerUnder(broker, launchToken, 'october'), 403, 'forbidden')
  broker.advance(1)
  const registered = await registerUnder(broker, launchToken, 'october')
  assert.equal(registered.status, 200)
  const fresh = { claims: agent.claims, token: String(registered.body['access_token']) }
  const successor = await renewed(broker, fresh)
  const all = { agent, child, successor }
  assert.deepEqual(await alive(broker, all), ['successor'])
  await broker.restart()
  assert.deepEqual(await alive(broker, all), ['successor'])
})

test('a task can be revoked again as soon as it was lifted: that is another entry', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const launchToken = await launchBy(broker, admin)
  const asked = { level: 'task', target: 'october' } as const
  const first = await revokeAs(broker, admin, asked)
  await lift(broker, admin, first.body['id'])
  const second = await revokeAs(broker, admin, asked)
  assert.notEqual(second.body['id'], first.body['id'])
  broker.advance(10_000)
  assertProblem(await registerUnder(broker, launchToken, 'october'), 403, 'forbidden')
  await lift(broker, admin, second.body['id'])
  broker.advance(4000)
  const agent = await agentOf(broker, admin, 'october')
  assert.deepEqual(await alive(broker, { agent }), ['agent'])
  const third = await revokeAs(broker, admin, asked)
  assert.equal(third.body['count'], 1)
  assert.deepEqual(await alive(broker, { agent }), [])
})

test('of many who lift an entry at once all are told the same, and one event is written', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const { body } = await revokeAs(broker, admin, { level: 'task', target: 'october' })
  const start = await broker.broker.context.store.audit.count()
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => lift(broker, admin, body['id'])),
  )
  for (const answer of answers) assert.deepEqual(answer.body, answers[0]?.body)
  assert.equal((await eventsSince(broker, start)).length, 1)
})

test('nothing but the revocation of a task can be lifted, and an unknown id is not found', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const agent = await agentOf(broker, admin)
  const { sub: target } = agent.claims
  for (const level of ['agent', 'chain', 'token'] as const) {
    const { body } = await revokeAs(broker, admin, { level, target })
    assertProblem(await lift(broker, admin, body['id']), 409, 'conflict')
  }
  assertProblem(await lift(broker, admin, 'f'.repeat(32)), 404, 'not_found')
  assertProblem(await lift(broker, admin, "x' or 1=1 --"), 404, 'not_found')
  assert.deepEqual(await alive(broker, { agent }), [])
})

test('the list shows what was revoked, by whom and why, newest first, without the parts of a whole', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const made = await registerApp(broker)
  const app = await signInApp(broker, made)
  const [one, two] = [await agentOf(broker, app), await agentOf(broker, app)]
  const reason = 'found on a forum'
  await revokeAs(broker, app, { level: 'token', target: one.claims.jti, reason })
  broker.advance(60_000)
  await revokeAs(broker, admin, { level: 'agent', target: app.claims.sub })
  broker.advance(60_000)
  await ask(broker, 'DELETE', `/v1/admin/apps/${made.app_id}`, { bearer: admin.token })
  const [gone, whole, token, ...others] = entriesOf(await list(broker, admin))
  assert.deepEqual(others, [])
  assert.partialDeepStrictEqual(gone, { level: 'app', target: made.app_id, reason: 'deregistered' })
  assert.partialDeepStrictEqual(whole, { level: 'agent', target: app.claims.sub, count: 2 })
  assert.deepEqual(token, {
    id: token?.['id'],
    level: 'token',
    target: one.claims.jti,
    sid: one.claims.sid,
    reason,
    actor: app.claims.sub,
    count: 1,
    revoked_at: '2026-01-02T03:04:05.600Z',
  })
  assert.deepEqual(await alive(broker, { two }), [])
})

test('the list can be narrowed to a level, a target, and what is in force', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const agent = await agentOf(broker, admin, 'october')
  const { sub } = agent.claims
  const task = await revokeAs(broker, admin, { level: 'task', target: 'october' })
  await revokeAs(broker, admin, { level: 'task', target: 'november' })
  await revokeAs(broker, admin, { level: 'agent', target: sub })
  await revokeAs(broker, admin, { level: 'chain', target: sub })
  const narrowed = async (query: string) => targetsOf(await list(broker, admin, query))
  assert.deepEqual(await narrowed('?level=task'), ['november', 'october'])
  assert.deepEqual(await narrowed(`?target=${encodeURIComponent(sub)}`), [sub, sub])
  assert.deepEqual(await narrowed(`?level=agent&target=${encodeURIComponent(sub)}`), [sub])
  assert.deepEqual(await narrowed('?target=octo'), [])
  assert.deepEqual(await narrowed('?in_force=true'), [sub, sub, 'november', 'october'])
  assert.deepEqual(await narrowed('?in_force=false'), [])

  // Until it counts, the lifting leaves the entry in force.
  await lift(broker, admin, task.body['id'])
  assert.deepEqual(await narrowed('?in_force=false'), [])
  // The first second in which no token that had been issued before can be alive.
  broker.advance(300_000)
  const later = await signInAdmin(broker)
  const inForce = await list(broker, later, '?in_force=true')
  assert.deepEqual(targetsOf(inForce), ['november'])
  const ended = await list(broker, later, '?in_force=false')
  assert.deepEqual(targetsOf(ended), [sub, sub, 'october'])
  for (const query of [
    '?level=all',
    '?in_force=yes',
    '?target=',
    '?limit=-1',
    '?cursor=x',
    '?cursor=1.x y',
  ]) {
    assertProblem(await list(broker, later, query), 400, 'invalid_request')
  }
})

test('pages neither repeat nor skip an entry, whatever is revoked meanwhile', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const revoke = (target: string) => revokeAs(broker, admin, { level: 'task', target })
  const targets = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  for (const target of targets) await revoke(target)
  const seen: unknown[] = []
  let query = '?limit=3'
  for (let page = 0; page < 3; page += 1) {
    const answer = await list(broker, admin, query)
    seen.push(...targetsOf(answer))
    await revoke(`later ${page}`)
    const { next_cursor: next } = answer.body
    assert.equal(next === undefined, page === 2)
    query = `?limit=3&cursor=${encodeURIComponent(String(next))}`
  }
  assert.deepEqual(seen, targets.toReversed())
})

test('neither an app nor an agent reads or lifts revocations', async () => {
  await using broker = await testBroker()
  const admin = await signInAdmin(broker)
  const { body } = await revokeAs(broker, admin, { level: 'task', target: 'november' })
  const app = await signInApp(broker, await registerApp(broker))
  for (const bearer of [app, await agentOf(broker, app)]) {
    assertProblem(await list(broker, bearer), 403, 'insufficient_scope')
    assertProblem(await lift(broker, bearer, body['id']), 403, 'insufficient_scope')
  }
})
