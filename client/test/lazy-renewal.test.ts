import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentLostError, AgentReleasedError, App, Broker, Operator } from '@agentwrit/client'
import { adminSecret, testBroker } from '../../broker/test/test-broker.ts'
import { problem } from './local-server.ts'
import { recordingLogger } from './recording-logger.ts'
import { renewalPath, scriptedBroker } from './scripted-broker.ts'

test('a token is renewed by whoever asks for it when less than a quarter of its life is left', async () => {
  await using broker = await scriptedBroker(300)
  const agent = await broker.agent()
  broker.surroundings.advance(215_000)
  assert.equal(await agent.token(), 'agent-token-1')
  broker.surroundings.advance(10_000)
  assert.equal(await agent.token(), 'agent-token-2')
  assert.equal(await agent.token(), 'agent-token-2')
  assert.equal(broker.calls(renewalPath).length, 1)
})

test('a token of half a minute is renewed ten seconds before its end', async () => {
  await using broker = await scriptedBroker(30)
  const agent = await broker.agent()
  broker.surroundings.advance(19_000)
  assert.equal(await agent.token(), 'agent-token-1')
  broker.surroundings.advance(1_000)
  assert.equal(await agent.token(), 'agent-token-2')
})

test('a token of five seconds is not renewed in the first half of its life', async () => {
  await using broker = await scriptedBroker(5)
  const agent = await broker.agent()
  for (let call = 0; call < 5; call += 1) {
    broker.surroundings.advance(499)
    assert.equal(await agent.token(), 'agent-token-1')
  }
  broker.surroundings.advance(10)
  assert.equal(await agent.token(), 'agent-token-2')
})

test('all who ask at the same time share one renewal', async () => {
  await using broker = await scriptedBroker(300)
  const agent = await broker.agent()
  broker.surroundings.advance(290_000)
  const tokens = await Promise.all([1, 2, 3, 4].map(() => agent.token()))
  assert.deepEqual(new Set(tokens), new Set(['agent-token-2']))
  assert.equal(broker.calls(renewalPath).length, 1)
})

test('a renewal that fails fails nobody while the token lives, and is not tried again at once', async () => {
  await using broker = await scriptedBroker(300)
  const agent = await broker.agent()
  const refusal = problem(503, 'service_unavailable')
  broker.renewals.push(refusal, refusal)
  broker.surroundings.advance(290_000)
  assert.equal(await agent.token(), 'agent-token-1')
  assert.equal(await agent.token(), 'agent-token-1')
  assert.equal(broker.calls(renewalPath).length, 1)
  broker.surroundings.advance(2_500)
  assert.equal(await agent.token(), 'agent-token-1')
  assert.equal(broker.calls(renewalPath).length, 2)
  broker.surroundings.advance(2_500)
  assert.equal(await agent.token(), 'agent-token-2')
})

test('what a broker can do is asked for once by all agents that renew together, and again after a failure', async () => {
  let isUp = false
  await using broker = await scriptedBroker(300, ({ path }) =>
    path === '/v1/health' && !isUp ? problem(503, 'service_unavailable') : undefined,
  )
  const app = await broker.signIn()
  const start = (taskId: string) => app.createAgent({ orchId: 'o', taskId, scope: ['read:data:*'] })
  const agents = await Promise.all(['t1', 't2', 't3'].map(start))
  const renewals = await Promise.allSettled(agents.map((agent) => agent.renew()))
  for (const { status } of renewals) assert.equal(status, 'rejected')
  assert.deepEqual([broker.calls('/v1/health').length, broker.calls(renewalPath).length], [1, 0])
  isUp = true
  await Promise.allSettled(agents.map((agent) => agent.renew()))
  assert.deepEqual([broker.calls('/v1/health').length, broker.calls(renewalPath).length], [2, 3])
})

test('a renewal waits as long as the broker asks for, but not beyond what is left of the token', async () => {
  await using broker = await scriptedBroker(300)
  const agent = await broker.agent()
  const busy = problem(503, 'service_unavailable')
  const pauses = [
    { retryAfter: '12', milliseconds: 12_000 },
    { retryAfter: '3600', milliseconds: 15_000 },
  ]
  broker.surroundings.advance(228_000)
  for (const [index, { retryAfter, milliseconds }] of pauses.entries()) {
    broker.renewals.push({ ...busy, headers: { 'retry-after': retryAfter } })
    assert.equal(await agent.token(), 'agent-token-1')
    broker.surroundings.advance(milliseconds - 1)
    await agent.token()
    assert.equal(broker.calls(renewalPath).length, index + 1)
    broker.surroundings.advance(1)
  }
  assert.equal(await agent.token(), 'agent-token-2')
})

test('once the token has ended, the error of its renewal is the answer', async () => {
  await using broker = await scriptedBroker(300)
  const agent = await broker.agent()
  broker.renewals.push(problem(401, 'unauthorized'))
  broker.surroundings.advance(299_000)
  assert.equal(await agent.token(), 'agent-token-1')
  broker.surroundings.advance(1_000)
  await assert.rejects(agent.token(), { errorCode: 'unauthorized' })
  await assert.rejects(agent.token(), { errorCode: 'unauthorized' })
  assert.equal(broker.calls(renewalPath).length, 2)
})

test('a renewal that was carried out and never answered is asked for again by whoever needs the token', async () => {
  await using broker = await scriptedBroker(300)
  const agent = await broker.agent()
  broker.renewals.push('lost')
  await assert.rejects(agent.renew())
  broker.surroundings.advance(5_000)
  assert.equal(await agent.token(), broker.live())
  const names = broker.calls(renewalPath).map(({ headers }) => headers['idempotency-key'])
  assert.equal(names.length, 2)
  assert.equal(new Set(names).size, 1)
})

test('a call that is refused because its renewal went unanswered gets the successor at once', async () => {
  await using broker = await scriptedBroker(300, ({ path, headers }) => {
    if (path !== '/v1/delegate') return undefined
    if (headers.authorization === 'Bearer agent-token-1') return problem(401, 'unauthorized')
    return { body: { access_token: 'd', expires_in: 60, delegation_chain: [] } }
  })
  const agent = await broker.agent()
  broker.renewals.push('lost')
  await assert.rejects(agent.renew())
  await agent.delegate({ to: agent.agentId, scope: ['read:data:1'] })
  assert.equal(await agent.token(), 'agent-token-2')
})

test('a caller who gives up waiting leaves the renewal to the others', async () => {
  await using broker = await scriptedBroker(300)
  const agent = await broker.agent()
  broker.surroundings.advance(290_000)
  const controller = new AbortController()
  const reason = new Error('enough')
  const [impatient, patient] = [agent.token({ signal: controller.signal }), agent.token()]
  controller.abort(reason)
  await assert.rejects(impatient, (error) => error === reason)
  assert.equal(await patient, 'agent-token-2')
})

test('whoever cancels a renewal ends the waiting for it alone, of his own or of another one', async () => {
  await using broker = await scriptedBroker(300)
  const agent = await broker.agent()
  const controller = new AbortController()
  const reason = new Error('enough')
  const { signal } = controller
  const narrowing = { signal, scope: ['read:data:1'] }
  const renewals = [agent.renew({ signal }), agent.renew(), agent.renew(narrowing)]
  controller.abort(reason)
  const [cancelled, shared, narrowed] = await Promise.allSettled(renewals)
  for (const given of [cancelled, narrowed]) assert.deepEqual(given, { status: 'rejected', reason })
  assert.equal(shared?.status, 'fulfilled')
  assert.equal(await agent.token(), 'agent-token-2')
  assert.equal(broker.calls(renewalPath).length, 1)
})

test('a release that is cancelled while it waits for a renewal can be repeated', async () => {
  await using broker = await scriptedBroker(300)
  const agent = await broker.agent()
  const controller = new AbortController()
  const [renewal, release] = [agent.renew(), agent.release({ signal: controller.signal })]
  controller.abort()
  const first = Promise.race([renewal.then(() => 'the renewal'), release])
  await assert.rejects(first, { name: 'AbortError' })
  await renewal
  assert.equal(broker.calls('/v1/token/release').length, 0)
  await agent.release()
  assert.equal(broker.calls('/v1/token/release').length, 1)
})

test('with a broker of version 2.0 a lost renewal loses the agent, whoever asked', async () => {
  await using broker = await scriptedBroker(300, ({ path }) =>
    path === '/v1/health' ? { body: { status: 'ok', version: '2.0.0' } } : undefined,
  )
  const agent = await broker.agent()
  broker.renewals.push('lost')
  broker.surroundings.advance(290_000)
  await assert.rejects(agent.token(), AgentLostError)
  assert.equal(agent.can('read:data:1'), false)
})

test('nothing is renewed while the agent is released', async () => {
  await using broker = await scriptedBroker(300)
  const agent = await broker.agent()
  broker.surroundings.advance(290_000)
  const [, token] = await Promise.all([agent.release(), agent.token()])
  assert.equal(token, 'agent-token-1')
  await assert.rejects(agent.token(), AgentReleasedError)
  const other = await broker.agent()
  const [, renewal] = await Promise.allSettled([other.release(), other.renew()])
  assert.ok(renewal.status === 'rejected' && renewal.reason instanceof AgentReleasedError)
  assert.equal(broker.calls(renewalPath).length, 0)
})

test('a timer renews a token that nobody asks for, again and again, until it is released', async () => {
  await using broker = await scriptedBroker(300)
  const agent = await broker.agent({ autoRenew: true })
  for (const renewed of [1, 2, 3]) {
    broker.surroundings.advance(225_000)
    await untilWaiting(broker.surroundings)
    assert.equal(broker.calls(renewalPath).length, renewed)
  }
  await agent.release()
  assert.equal(broker.surroundings.waiting(), 0)
})

test('a timer whose renewal has failed waits, tries again, and stops at the end of the token', async () => {
  await using broker = await scriptedBroker(300)
  const { logger, lines } = recordingLogger()
  await broker.agent({ autoRenew: true, logger })
  broker.renewals.push(...Array.from({ length: 50 }, () => problem(503, 'service_unavailable')))
  broker.surroundings.advance(225_000)
  await untilWaiting(broker.surroundings)
  assert.equal(broker.calls(renewalPath).length, 1)
  broker.surroundings.advance(4_999)
  assert.equal(broker.calls(renewalPath).length, 1)
  broker.surroundings.advance(1)
  await untilWaiting(broker.surroundings)
  assert.equal(broker.calls(renewalPath).length, 2)
  broker.surroundings.advance(70_000)
  while (!lines.some(({ level }) => level === 'error')) await new Promise(setImmediate)
  assert.equal(broker.surroundings.waiting(), 0)
})

test('without the option no timer runs', async () => {
  await using broker = await scriptedBroker(300)
  await broker.agent()
  assert.equal(broker.surroundings.waiting(), 0)
})

test('with a real broker a token lives on and on by being asked for', async () => {
  await using broker = await testBroker()
  const operator = await Operator.signIn({ broker: broker.client, secret: adminSecret })
  const made = await operator.registerApp({ name: 'reports', scopes: ['read:sales:*'] })
  const client = new Broker('http://broker.test', {
    fetch: broker.fetch,
    surroundings: { now: () => broker.now() },
  })
  const { client_id: clientId, client_secret: clientSecret } = made
  const app = await App.signIn({ broker: client, clientId, clientSecret })
  const task = { orchId: 'o', taskId: 't', scope: ['read:sales:1'], ttl: 60 }
  await using agent = await app.createAgent(task)
  const seen = new Set<string>()
  for (let minute = 0; minute < 10; minute += 1) {
    const token = await agent.token()
    seen.add(token)
    assert.equal((await client.validate(token)).valid, true)
    broker.advance(50_000)
  }
  assert.equal(seen.size, 10)
})

/** Resolves when the timer that went off has done its work and waits again. */
async function untilWaiting(surroundings: { waiting(): number }): Promise<void> {
  while (surroundings.waiting() === 0) await new Promise(setImmediate)
}
