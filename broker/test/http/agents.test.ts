// What operators, apps and peers are told of agents: contract 3.4, 4.18 and 4.30.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentInfo, AgentStatus } from '@agentwrit/protocol'
import { askAsOperator, launchFrom, registerApp, registerWith, signIn } from '../apps.ts'
import { ask, assertProblem, type Answer } from '../ask.ts'
import { delegate } from '../authority/chain.ts'
import { launchToken } from '../proof.ts'
import { asNewOperator, rotate } from '../signing-keys.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const path = '/v1/agents'
const second = 1000
const day = 86_400 * second

const pathOf = (agentId: string) => `${path}/${encodeURIComponent(agentId)}`

const revoke = (broker: TestBroker, level: string, target: string) =>
  asNewOperator(broker, 'POST', '/v1/revoke', { level, target })

const release = (broker: TestBroker, bearer: string) =>
  ask(broker, 'POST', '/v1/token/release', { bearer })

function agentsOf({ status, body }: Answer): AgentInfo[] {
  assert.equal(status, 200, JSON.stringify(body))
  const { agents } = body
  assert.ok(Array.isArray(agents))
  return agents
}

const idsOf = (answer: Answer) => agentsOf(answer).map(({ agent_id: id }) => id)

const list = async (broker: TestBroker, query = '') =>
  idsOf(await asNewOperator(broker, 'GET', `${path}${query}`))

async function statusOf(broker: TestBroker, agentId: string): Promise<unknown> {
  const { status, body } = await asNewOperator(broker, 'GET', pathOf(agentId))
  assert.equal(status, 200)
  return body['status']
}

async function statusesOf(broker: TestBroker, agentIds: Readonly<Record<string, string>>) {
  const told: Record<string, unknown> = {}
  for (const [name, agentId] of Object.entries(agentIds)) told[name] = await statusOf(broker, agentId)
  return told
}

/** A registered agent: its id, and its first token. */
async function start(broker: TestBroker, wanted: Parameters<TestBroker['agent']>[0] = {}) {
  const agent = await broker.agent(wanted)
  return { agentId: agent.agentId, bearer: await agent.token() }
}

/** An app that has signed in, and an agent of it. */
async function startApp(broker: TestBroker, delegatesTo: string[] = []) {
  const made = await registerApp(broker, { delegates_to: delegatesTo })
  const app = await signIn(broker, made)
  const { body } = await registerWith(broker, await launchFrom(app))
  const agentId = String(body['agent_id'])
  const agentToken = String(body['access_token'])
  return { appId: made.app_id, bearer: await app.token(), agentId, agentToken }
}

test('an agent is shown with all that was registered, and when its last token ends', async () => {
  await using broker = await testBroker()
  const { appId, agentId, agentToken } = await startApp(broker)
  const shown = await askAsOperator(broker, 'GET', pathOf(agentId))
  const { jkt, ...rest } = shown.body
  assert.match(String(jkt), /^[\w-]{43}$/)
  assert.deepEqual(rest, {
    agent_id: agentId,
    app_id: appId,
    agent_name: 'test-agent',
    orch_id: 'orch',
    task_id: 'task',
    scope: ['read:data:*'],
    status: 'active',
    registered_at: '2026-01-02T03:04:05Z',
    expires_at: '2026-01-02T03:09:05Z',
  })
  broker.advance(60 * second)
  await ask(broker, 'POST', '/v1/token/renew', { bearer: agentToken })
  const renewed = await askAsOperator(broker, 'GET', pathOf(agentId))
  assert.deepEqual(renewed.body, { ...shown.body, expires_at: '2026-01-02T03:10:05Z' })
  assert.deepEqual(agentsOf(await askAsOperator(broker, 'GET', path)), [renewed.body])
})

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
  for (const [status, count] of [['expired', 1], ['released', 1], ['revoked', 3], ['active', 0]] as const) {
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
})

test('agents are listed newest first, by app, task, orchestration and status together', async () => {
  await using broker = await testBroker()
  const made: string[] = []
  for (const [orchId, taskId] of [['a', 't1'], ['a', 't2'], ['b', 't1']] as const) {
    made.unshift((await start(broker, { orchId, taskId })).agentId)
    broker.advance(second)
  }
  const [third, two, first] = made
  const { appId, agentId } = await startApp(broker)
  assert.deepEqual(await list(broker), [agentId, ...made])
  assert.deepEqual(await list(broker, `?app_id=${appId}`), [agentId])
  assert.deepEqual(await list(broker, '?orch_id=a'), [two, first])
  assert.deepEqual(await list(broker, '?task_id=t1'), [third, first])
  assert.deepEqual(await list(broker, '?task_id=t1&orch_id=a&status=active'), [first])
  assert.deepEqual(await list(broker, '?task_id=t1&orch_id=a&status=revoked'), [])
  assert.deepEqual(await list(broker, '?app_id=app-nobody-000000'), [])
})

test('a bad filter is refused', async () => {
  await using broker = await testBroker()
  const bad = ['app_id=', 'app_id=%00', `app_id=${'a'.repeat(129)}`, 'task_id=', 'task_id=..', 'task_id=a%2Fb']
  const others = [`orch_id=${'a'.repeat(129)}`, 'orch_id=.', 'status=dead', 'status=', 'status=active&status=expired']
  const ofPages = ['limit=-1', 'limit=1.5', 'limit=x', 'cursor=', 'cursor=1', `cursor=${'A'.repeat(32)}`]
  for (const query of [...bad, ...others, ...ofPages]) {
    assertProblem(await askAsOperator(broker, 'GET', `${path}?${query}`), 400, 'invalid_request')
  }
})

test('pages are full and neither repeat nor skip an agent while others register and die', async () => {
  await using broker = await testBroker()
  const launch = await launchToken(broker, { singleUse: false })
  const join = async () => {
    const { body } = await registerWith(broker, launch)
    return { agentId: String(body['agent_id']), bearer: String(body['access_token']) }
  }
  const before: string[] = []
  for (let count = 0; count < 9; count += 1) {
    const { agentId, bearer } = await join()
    // Two of three are of the status that is asked for.
    if (count % 3 === 1) await release(broker, bearer)
    else before.unshift(agentId)
    if (count % 2 === 0) broker.advance(1)
  }
  const order = await list(broker, '?status=active')
  assert.deepEqual(order.toSorted(), before.toSorted())
  const seen: string[][] = []
  let cursor: unknown = ''
  while (cursor !== undefined) {
    const after: string = cursor === '' ? '' : `&cursor=${String(cursor)}`
    const page = await askAsOperator(broker, 'GET', `${path}?limit=2&status=active${after}`)
    seen.push(idsOf(page))
    cursor = page.body['next_cursor']
    broker.advance(1)
    await join()
  }
  assert.deepEqual(seen, [order.slice(0, 2), order.slice(2, 4), order.slice(4)])
})

test('limit 0 is 100, and one beyond 1000 is served as 1000', async () => {
  await using broker = await testBroker()
  const launch = await launchToken(broker, { singleUse: false })
  for (let count = 0; count < 101; count += 1) await registerWith(broker, launch)
  assert.equal((await list(broker)).length, 100)
  assert.equal((await list(broker, '?limit=0')).length, 100)
  const all = await askAsOperator(broker, 'GET', `${path}?limit=99999`)
  assert.equal(agentsOf(all).length, 101)
  assert.equal('next_cursor' in all.body, false)
})

test('an app sees its own agents; those of others answer like unknown ones', async () => {
  await using broker = await testBroker()
  const [own, foreign] = [await startApp(broker), await startApp(broker)]
  const ofOperator = await start(broker)
  const { bearer } = own
  const asApp = (url: string) => ask(broker, 'GET', url, { bearer })
  assert.deepEqual(idsOf(await asApp(path)), [own.agentId])
  assert.deepEqual(idsOf(await asApp(`${path}?app_id=${own.appId}`)), [own.agentId])
  assert.deepEqual(idsOf(await asApp(`${path}?app_id=${foreign.appId}`)), [])
  assert.equal((await asApp(pathOf(own.agentId))).body['agent_id'], own.agentId)
  const unknown = own.agentId.replace(/.{16}$/, '0'.repeat(16))
  for (const suffix of ['', '/key']) {
    const details = new Set<unknown>()
    for (const agentId of [unknown, foreign.agentId, ofOperator.agentId, 'x', '..%2F']) {
      const answer = await asApp(pathOf(agentId) + suffix)
      assertProblem(answer, 404, 'not_found')
      details.add(answer.body['detail'])
    }
    assert.equal(details.size, 1)
  }
})

test('who is neither operator nor app, or has given the scope up, reads no agents', async () => {
  await using broker = await testBroker()
  const { bearer, agentId, agentToken } = await startApp(broker)
  const body = { scope: ['app:audit:read'] }
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer, body })
  const narrow = String(renewed.body['access_token'])
  for (const url of [path, pathOf(agentId)]) {
    assertProblem(await ask(broker, 'GET', url, { bearer: agentToken }), 403, 'insufficient_scope')
  }
  for (const url of [path, pathOf(agentId), `${pathOf(agentId)}/key`]) {
    assertProblem(await ask(broker, 'GET', url, { bearer: narrow }), 403, 'insufficient_scope')
    assertProblem(await ask(broker, 'GET', url), 401, 'unauthorized')
  }
})

test('an id is one encoded segment, and HEAD answers as GET does', async () => {
  await using broker = await testBroker()
  const { agentId } = await start(broker)
  for (const url of [path, pathOf(agentId), `${pathOf(agentId)}/key`]) {
    const got = await askAsOperator(broker, 'GET', url)
    assert.equal(got.status, 200)
    const head = await askAsOperator(broker, 'HEAD', url)
    assert.equal(head.status, 200)
    assert.equal(head.headers.get('content-length'), got.headers.get('content-length'))
    assert.deepEqual(head.body, {})
  }
  const lower = pathOf(agentId).replaceAll('%2F', '%2f').replaceAll('%3A', '%3a')
  assert.equal((await askAsOperator(broker, 'GET', lower)).body['agent_id'], agentId)
  for (const wrong of [encodeURIComponent(pathOf(agentId).slice(path.length + 1)), agentId]) {
    assertProblem(await askAsOperator(broker, 'GET', `${path}/${wrong}`), 404, 'not_found')
  }
  assertProblem(await askAsOperator(broker, 'GET', `${path}/%zz`), 400, 'invalid_request')
})

test('a peer reads the keys of those it could delegate to, dead ones too, and of nobody else', async () => {
  await using broker = await testBroker()
  const far = await startApp(broker)
  const near = await startApp(broker)
  const own = await startApp(broker, [near.appId])
  const [ofOperator, second] = [await start(broker), await start(broker)]
  const keyOf = (bearer: string, agentId: string) =>
    ask(broker, 'GET', `${pathOf(agentId)}/key`, { bearer })
  const shown = await keyOf(own.agentToken, near.agentId)
  const { public_key: key, jkt, ...rest } = shown.body
  assert.equal(Buffer.from(String(key), 'base64').length, 32)
  assert.match(String(jkt), /^[\w-]{43}$/)
  const expected = { agent_id: near.agentId, task_id: 'task', orch_id: 'orch', app_id: near.appId }
  assert.deepEqual(rest, { ...expected, status: 'active' })
  const reached: [string, string, number][] = [
    [own.agentToken, own.agentId, 200],
    [own.agentToken, far.agentId, 404],
    [own.agentToken, ofOperator.agentId, 404],
    [near.agentToken, own.agentId, 404],
    [ofOperator.bearer, second.agentId, 200],
    [ofOperator.bearer, own.agentId, 404],
    [near.bearer, near.agentId, 200],
    [own.bearer, near.agentId, 404],
  ]
  for (const [bearer, agentId, status] of reached) {
    assert.equal((await keyOf(bearer, agentId)).status, status, agentId)
  }
  // What a delegate reaches is what its own app reaches, not the delegator's.
  const asked = { delegate_to: near.agentId, scope: ['read:data:*'] }
  const delegated = String((await delegate(broker, own.agentToken, asked)).body['access_token'])
  assert.equal((await keyOf(delegated, near.agentId)).status, 200)
  assertProblem(await keyOf(delegated, own.agentId), 404, 'not_found')
  await release(broker, near.agentToken)
  const after = await keyOf(own.agentToken, near.agentId)
  assert.equal(after.body['status'], 'released' satisfies AgentStatus)
  await askAsOperator(broker, 'PUT', `/v1/admin/apps/${own.appId}`, { delegates_to: [] })
  assertProblem(await keyOf(own.agentToken, near.agentId), 404, 'not_found')
})
