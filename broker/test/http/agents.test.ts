// What operators, apps and peers are told of agents: contract 4.18 and 4.30.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentStatus } from '@agentwrit/protocol'
import { askAsOperator, registerWith } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { delegate } from '../authority/chain.ts'
import { launchToken } from '../proof.ts'
import { testBroker } from '../test-broker.ts'
import {
  agentsOf,
  idsOf,
  list,
  path,
  pathOf,
  release,
  second,
  start,
  startApp,
} from './asks-about-agents.ts'

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

test('agents are listed newest first, by app, task, orchestration and status together', async () => {
  await using broker = await testBroker()
  const made: string[] = []
  for (const [orchId, taskId] of [
    ['a', 't1'],
    ['a', 't2'],
    ['b', 't1'],
  ] as const) {
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
  const bad = [
    'app_id=',
    'app_id=%00',
    `app_id=${'a'.repeat(129)}`,
    'task_id=',
    'task_id=..',
    'task_id=a%2Fb',
  ]
  const others = [
    `orch_id=${'a'.repeat(129)}`,
    'orch_id=.',
    'status=dead',
    'status=',
    'status=active&status=expired',
  ]
  const ofPages = [
    'limit=-1',
    'limit=1.5',
    'limit=x',
    'cursor=',
    'cursor=1',
    `cursor=${'A'.repeat(32)}`,
  ]
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
  let after = ''
  do {
    const page = await askAsOperator(broker, 'GET', `${path}?limit=2&status=active${after}`)
    seen.push(idsOf(page))
    const cursor = page.body['next_cursor']
    after = typeof cursor === 'string' ? `&cursor=${cursor}` : ''
    broker.advance(1)
    await join()
  } while (after !== '')
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
  const [ofOperator, peer] = [await start(broker), await start(broker)]
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
    [ofOperator.bearer, peer.agentId, 200],
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
