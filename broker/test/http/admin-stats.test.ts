// GET /v1/admin/stats: contract 4.31.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { StatsResponse } from '@agentwrit/protocol'
import { sampleAgents } from '../../src/domain/statistics/sample-agents.ts'
import { askAsOperator, registerApp } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { writeEvents } from '../audit-trail.ts'
import { agentOf, delegated, renewed, revokeAs, signInAdmin, signInApp } from '../lineages.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const path = '/v1/admin/stats'
const minute = 60_000

/** By an operator of the test's own, who has signed in already: asking changes nothing that is counted. */
async function stats(broker: TestBroker): Promise<StatsResponse> {
  const { status, body } = await askAsOperator(broker, 'GET', path)
  assert.equal(status, 200, JSON.stringify(body))
  return body as unknown as StatsResponse
}

async function completeStats(broker: TestBroker): Promise<StatsResponse> {
  let found = await stats(broker)
  while (!found.complete) {
    // Asking without a port never lets go of the thread, and the log is read by another one.
    await setImmediate()
    found = await stats(broker)
  }
  return found
}

const sum = (list: readonly (number | null)[]): number =>
  list.reduce<number>((total, count) => total + (count ?? 0), 0)

const sums = (lists: Readonly<Record<string, readonly number[]>>): Record<string, number> =>
  Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, sum(list)]))

/** What the metric says, by its label. */
async function metric({ broker }: TestBroker, name: string): Promise<Record<string, number>> {
  const { body } = await broker.app.inject('/v1/metrics')
  const samples = body.matchAll(new RegExp(`^agentwrit_${name}\\{\\w+="(\\w+)"\\} (\\d+)$`, 'gm'))
  return Object.fromEntries(Array.from(samples, ([, label, value]) => [label, Number(value)]))
}

/** Every kind of token, every way to die, some refusals. */
async function liveThrough(broker: TestBroker, name = 'first'): Promise<void> {
  const admin = await signInAdmin(broker)
  const registered = await registerApp(broker)
  const app = await signInApp(broker, registered)
  for (const level of ['token', 'agent', 'task', 'chain'] as const) {
    const agent = await agentOf(broker, app, `${name}-${level}`)
    await delegated(broker, agent, agent)
    const { jti, sub } = agent.claims
    const target = { token: jti, agent: sub, task: `${name}-${level}`, chain: sub }[level]
    assert.equal((await revokeAs(broker, admin, { level, target })).status, 200)
  }
  const alone = await agentOf(broker, app, name)
  await ask(broker, 'POST', '/v1/token/release', { bearer: alone.token })
  const root = await renewed(broker, await agentOf(broker, app, name))
  await delegated(broker, await delegated(broker, root, root), root)
  await ask(broker, 'POST', '/v1/token/release', { bearer: root.token })
  await agentOf(broker, app, name)
  const operator = await broker.operator()
  await operator.rotateAppSecret(registered.app_id, { end_sessions: true })
  await agentOf(broker, await signInApp(broker, await registerApp(broker)), name)
  await operator.deregisterApp((await registerApp(broker)).app_id)
  for (const bearer of [root.token, alone.token, 'no token']) {
    assertProblem(await ask(broker, 'GET', '/v1/agents', { bearer }), 401, 'unauthorized')
  }
  await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: 'a wrong one' } })
}

test('what the metrics count is told by the minute: by kind, by level, by type of refusal', async () => {
  await using broker = await testBroker()
  await liveThrough(broker)
  const { issued, killed, refused, complete } = await stats(broker)
  const expected = {
    issued: await metric(broker, 'tokens_issued_total'),
    killed: await metric(broker, 'tokens_revoked_total'),
  }
  assert.deepEqual({ issued: sums(issued), killed: sums(killed) }, expected)
  assert.ok(Object.values(expected.issued).every((count) => count > 0))
  // Nothing was alive when the last app went.
  const { app: ofApps, ...others } = expected.killed
  assert.equal(ofApps, 0)
  assert.ok(Object.values(others).every((count) => count > 0))
  assert.deepEqual(sums(refused), {
    admin_auth_failed: 1,
    token_auth_failed: 1,
    token_revoked_access: 2,
  })
  assert.equal(complete, true)
})

test('deregistering an app counts what it kills', async () => {
  await using broker = await testBroker()
  const registered = await registerApp(broker)
  await agentOf(broker, await signInApp(broker, registered))
  await (await broker.operator()).deregisterApp(registered.app_id)
  assert.equal(sum((await stats(broker)).killed.app), 2)
})

test('each minute has its number, the one under way is the last, and repeats of a refusal count', async () => {
  await using broker = await testBroker({ environment: { AA_ADMIN_TOKEN_TTL: '86400' } })
  const refuse = () => ask(broker, 'GET', '/v1/agents', { bearer: 'no token' })
  await refuse()
  broker.advance(minute / 2)
  for (let times = 0; times < 7; times += 1) await refuse()
  broker.advance(minute / 2)
  await broker.broker.context.live.refusals.flushDue()
  const { from, issued, refused } = await stats(broker)
  assert.equal(from, '2026-01-01T03:06:00Z')
  assert.equal(issued.admin.length, 1440)
  assert.deepEqual(refused.token_auth_failed?.slice(-3), [0, 1, 7])
  broker.advance(1438 * minute)
  assert.deepEqual((await stats(broker)).refused.token_auth_failed?.slice(0, 3), [1, 7, 0])
})

test('after a restart the last day is read from the log, and what happens meanwhile counts once', async () => {
  await using broker = await testBroker({ environment: { AA_ADMIN_TOKEN_TTL: '86400' } })
  await liveThrough(broker)
  await writeEvents(broker, 3500)
  broker.advance(2 * minute)
  await liveThrough(broker, 'second')
  const before = await stats(broker)
  await broker.restart()
  const agents = await Promise.all([1, 2, 3, 4, 5].map(() => broker.agent()))
  const after = await completeStats(broker)
  assert.deepEqual(after.killed, before.killed)
  assert.deepEqual(after.refused, before.refused)
  const { agent, ...others } = sums(after.issued)
  const { agent: agentsBefore = 0, ...othersBefore } = sums(before.issued)
  assert.deepEqual([agent, others], [agentsBefore + agents.length, othersBefore])
})

test('what happened more than a day before a restart does not count', async () => {
  await using broker = await testBroker({ environment: { AA_ADMIN_TOKEN_TTL: '86400' } })
  await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: 'a wrong one' } })
  broker.advance(1440 * minute)
  await broker.restart()
  await broker.operator()
  const { refused, issued } = await completeStats(broker)
  assert.deepEqual(refused, {})
  assert.equal(sum(issued.admin), 1)
})

test('live agents are told for the minutes in which they were counted, as the metric counts them', async () => {
  await using broker = await testBroker()
  const { context } = broker.broker
  const agent = await broker.agent()
  await broker.agent()
  broker.advance(minute)
  await sampleAgents(context)
  await agent.release()
  await sampleAgents(context)
  broker.advance(2 * minute)
  await sampleAgents(context)
  const { live_agents: agents } = await stats(broker)
  assert.equal(agents.length, 1440)
  assert.deepEqual(agents.slice(-3), [2, null, 1])
  const { body } = await broker.broker.app.inject('/v1/metrics')
  assert.match(body, /^agentwrit_active_agents 1$/m)
})
