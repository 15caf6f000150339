import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEvent, ErrorCode } from '@agentwrit/protocol'
import { delegateToken } from '../../src/domain/delegation/delegate-token.ts'
import { authenticateBearer } from '../../src/domain/identity/authenticate-bearer.ts'
import { askAsOperator, registerApp, signIn } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { decodeToken } from '../decode-token.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { chainOf, delegate, hand, joinAs, recordsOf, scope } from './chain.ts'

async function lastEvent({ broker }: TestBroker): Promise<AuditEvent> {
  const { seq } = await broker.context.store.head()
  const [event] = await broker.context.store.audit.read(seq, 1)
  assert.ok(event)
  return event
}

test('a delegated token names the delegate, and the task, orchestration and audience of its delegator', async () => {
  await using broker = await testBroker({ environment: { AA_AUDIENCE: 'https://records' } })
  const [from, to] = [await joinAs(broker, 'first'), await joinAs(broker, 'second')]
  const answer = await delegate(broker, from.own, { delegate_to: to.agentId, scope })
  assert.equal(answer.body['expires_in'], 60)
  const claims = decodeToken(String(answer.body['access_token']))
  const [giver, taker] = [decodeToken(from.own), decodeToken(to.own)]
  assert.equal(claims.sub, to.agentId)
  assert.deepEqual(
    [claims.task_id, claims.orch_id, claims.aud],
    [giver.task_id, giver.orch_id, giver.aud],
  )
  assert.deepEqual([claims.app_id, claims.lsid, claims.cnf], [taker.app_id, taker.lsid, taker.cnf])
  const [record, ...others] = recordsOf(answer)
  assert.equal(others.length, 0)
  assert.deepEqual([record?.agent, record?.delegatee], [from.agentId, to.agentId])
  assert.deepEqual([record?.app_id, record?.lsid], [giver.app_id, giver.lsid])
})

test('the audit tells of a delegation who gave it, who got it, and on whose behalf', async () => {
  await using broker = await testBroker()
  const members = await chainOf(broker, { depth: 3 })
  const event = await lastEvent(broker)
  const [root, second, third, last] = members
  assert.equal(event.event_type, 'delegation_created')
  assert.equal(event.actor, third?.agentId)
  assert.equal(event.agent_id, last?.agentId)
  assert.equal(event.original_principal, root?.agentId)
  assert.deepEqual(event.intermediate_agents, [second?.agentId, third?.agentId])
  const claims = decodeToken(last?.held ?? '')
  assert.deepEqual(
    [event.deleg_depth, event.deleg_chain_hash, event.jti],
    [3, claims.chain_hash, claims.jti],
  )
})

test('the sixth delegation in a row is refused', async () => {
  await using broker = await testBroker()
  const members = await chainOf(broker, { depth: 5 })
  const body = { delegate_to: members[0]?.agentId, scope }
  const refused = await delegate(broker, members.at(-1)?.held ?? '', body)
  assertProblem(refused, 403, 'scope_violation')
  assert.equal((await lastEvent(broker)).event_type, 'delegation_denied')
})

interface Refusal {
  readonly name: string
  readonly body: (to: string) => object
  readonly status: number
  readonly code: ErrorCode
  readonly event?: AuditEvent['event_type']
}

const unknown = 'spiffe://agentwrit.local/agent/orch/task/0000000000000000'

const refusals: readonly Refusal[] = [
  { name: 'no delegate', body: () => ({ scope }), status: 400, code: 'invalid_request' },
  {
    name: 'no scope',
    body: (delegate_to) => ({ delegate_to }),
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'an empty scope',
    body: (delegate_to) => ({ delegate_to, scope: [] }),
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'a negative ttl',
    body: (delegate_to) => ({ delegate_to, scope, ttl: -1 }),
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'a reserved scope',
    body: (delegate_to) => ({ delegate_to, scope: ['admin:revoke:*'] }),
    status: 400,
    code: 'invalid_request',
    event: 'delegation_denied',
  },
  {
    name: 'a wider scope, before the delegate is looked at',
    body: () => ({ delegate_to: unknown, scope: ['read:other:*'] }),
    status: 403,
    code: 'scope_violation',
    event: 'delegation_attenuation_violation',
  },
  {
    name: 'an unknown delegate',
    body: () => ({ delegate_to: unknown, scope }),
    status: 404,
    code: 'not_found',
    event: 'delegation_denied',
  },
]

for (const { name, body, status, code, event } of refusals) {
  test(`a delegation with ${name} is refused and changes nothing`, async () => {
    await using broker = await testBroker()
    const [from, to] = [await joinAs(broker, 'first'), await joinAs(broker, 'second')]
    const before = await broker.broker.context.store.head()
    assertProblem(await delegate(broker, from.own, body(to.agentId)), status, code)
    const after = await broker.broker.context.store.head()
    assert.equal(after.seq, before.seq + (event === undefined ? 0 : 1))
    if (event !== undefined) assert.equal((await lastEvent(broker)).event_type, event)
  })
}

test('only agents delegate', async () => {
  await using broker = await testBroker()
  const to = await joinAs(broker, 'task')
  const body = { delegate_to: to.agentId, scope }
  assertProblem(await delegate(broker, to.appToken, body), 403, 'forbidden')
  assertProblem(await askAsOperator(broker, 'POST', '/v1/delegate', body), 403, 'forbidden')
})

test('another app is reached only while the operator lets it, and looks unknown else', async () => {
  await using broker = await testBroker()
  const [from, to] = [await joinAs(broker, 'first'), await joinAs(broker, 'second')]
  const path = `/v1/admin/apps/${from.app.app_id}`
  const body = { delegate_to: to.agentId, scope }
  await askAsOperator(broker, 'PUT', path, { delegates_to: [] })
  assertProblem(await delegate(broker, from.own, body), 404, 'not_found')
  await askAsOperator(broker, 'PUT', path, { delegates_to: [to.app.app_id] })
  const held = await hand(broker, from.own, to)
  assert.equal((await ask(broker, 'POST', '/v1/token/renew', { bearer: held })).status, 200)
  const again = await hand(broker, from.own, to)
  await askAsOperator(broker, 'PUT', path, { delegates_to: [] })
  const late = await ask(broker, 'POST', '/v1/token/renew', { bearer: again })
  assertProblem(late, 403, 'forbidden')
})

test("an operator's agents reach each other, apps reach them only with any app allowed, and they reach no app", async () => {
  await using broker = await testBroker()
  const [one, other] = [await broker.agent({ scope }), await broker.agent({ scope })]
  const ofApp = await joinAs(broker, 'task')
  const bearer = await one.token()
  await hand(broker, bearer, other)
  const toApp = await delegate(broker, bearer, { delegate_to: ofApp.agentId, scope })
  assertProblem(toApp, 404, 'not_found')
  await hand(broker, ofApp.own, other)
  const path = `/v1/admin/apps/${ofApp.app.app_id}`
  await askAsOperator(broker, 'PUT', path, { delegates_to: [ofApp.app.app_id] })
  const body = { delegate_to: other.agentId, scope }
  assertProblem(await delegate(broker, ofApp.own, body), 404, 'not_found')
})

for (const whose of ['delegator', 'delegate', 'one on the way'] as const) {
  test(`the ceiling of the app of the ${whose} bounds a delegation and every renewal of it`, async () => {
    await using broker = await testBroker()
    const members = await chainOf(broker, { depth: 2 })
    const next = await joinAs(broker, 'next')
    const [way, , delegator] = members
    assert.ok(way && delegator)
    const bounded = { delegator, delegate: next, 'one on the way': way }[whose]
    const held = await hand(broker, delegator.held, next)
    const narrow = { scopes: ['read:data:1'] }
    await askAsOperator(broker, 'PUT', `/v1/admin/apps/${bounded.app.app_id}`, narrow)
    const body = { delegate_to: next.agentId, scope }
    assertProblem(await delegate(broker, delegator.held, body), 403, 'scope_violation')
    assert.equal((await lastEvent(broker)).event_type, 'delegation_attenuation_violation')
    const renewal = await ask(broker, 'POST', '/v1/token/renew', { bearer: held })
    assertProblem(renewal, 403, 'scope_violation')
    const less = await delegate(broker, delegator.held, { ...body, scope: ['read:data:1'] })
    assert.equal(less.status, 200)
  })
}

test('a delegate that was released, or has expired, gets nothing', async () => {
  await using broker = await testBroker()
  const [from, to] = [await joinAs(broker, 'first'), await joinAs(broker, 'second')]
  const body = { delegate_to: to.agentId, scope }
  await ask(broker, 'POST', '/v1/token/release', { bearer: to.own })
  assertProblem(await delegate(broker, from.own, body), 409, 'conflict')
  const late = await joinAs(broker, 'third')
  broker.advance(200_000)
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: from.own })
  broker.advance(100_000)
  const bearer = String(renewed.body['access_token'])
  const expired = await delegate(broker, bearer, { delegate_to: late.agentId, scope })
  assertProblem(expired, 409, 'conflict')
})

test('of the last second of a token nothing can be delegated', async () => {
  await using broker = await testBroker()
  const from = await joinAs(broker, 'task')
  const claims = decodeToken(from.own)
  broker.advance(claims.exp * 1000 - broker.now() - 999)
  const body = { delegate_to: from.agentId, scope }
  assertProblem(await delegate(broker, from.own, body), 401, 'unauthorized')
})

test('a thousand live sessions can be delegated from one; dead ones make room', async () => {
  await using broker = await testBroker()
  const from = await joinAs(broker, 'task')
  const body = { delegate_to: from.agentId, scope: ['read:data:1'], ttl: 250 }
  const { context } = broker.broker
  const origin = { requestId: 'fill', sourceIp: '127.0.0.1', route: '/v1/delegate' }
  const presented = { authorization: `Bearer ${from.own}`, origin, pace: 'at once' } as const
  const caller = await authenticateBearer(context, presented)
  await Promise.all(Array.from({ length: 998 }, () => delegateToken(context, caller, body)))
  const made = [await delegate(broker, from.own, body), await delegate(broker, from.own, body)]
  assert.deepEqual(
    made.map(({ status }) => status),
    [200, 200],
  )
  assertProblem(await delegate(broker, from.own, body), 409, 'conflict')
  for (const { body: answer } of made) {
    const bearer = String(answer['access_token'])
    assert.equal((await ask(broker, 'POST', '/v1/token/release', { bearer })).status, 204)
  }
  // Two have died: of ten at once two succeed.
  const rush = await Promise.all(Array.from({ length: 10 }, () => delegate(broker, from.own, body)))
  assert.equal(rush.filter(({ status }) => status === 200).length, 2)
  assert.equal(rush.filter(({ status }) => status === 409).length, 8)
})

test('a delegated token is renewed while its delegator lives, and never past its end', async () => {
  await using broker = await testBroker()
  const [from, to] = [await joinAs(broker, 'first'), await joinAs(broker, 'second')]
  const held = await hand(broker, from.own, to, 250)
  broker.advance(100_000)
  const clamped = await ask(broker, 'POST', '/v1/token/renew', { bearer: held })
  const bearer = String(clamped.body['access_token'])
  assert.equal(decodeToken(bearer).exp, decodeToken(from.own).exp)
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: from.own })
  broker.advance(1000)
  const free = await ask(broker, 'POST', '/v1/token/renew', { bearer })
  assert.equal(free.body['expires_in'], 250)
  const last = String(free.body['access_token'])
  const release = { bearer: String(renewed.body['access_token']) }
  assert.equal((await ask(broker, 'POST', '/v1/token/release', release)).status, 204)
  assertProblem(await ask(broker, 'POST', '/v1/token/renew', { bearer: last }), 401, 'unauthorized')
})

test('a delegator whose token has expired unrenewed ends the renewals of its delegates', async () => {
  await using broker = await testBroker()
  const [from, to] = [await joinAs(broker, 'first'), await joinAs(broker, 'second')]
  const held = await hand(broker, from.own, to, 300)
  broker.advance(decodeToken(held).exp * 1000 - broker.now() - 500)
  assertProblem(await ask(broker, 'POST', '/v1/token/renew', { bearer: held }), 401, 'unauthorized')
})

test('a successor that ends earlier than its predecessor takes along what would outlive it', async () => {
  await using broker = await testBroker({ environment: { AA_MAX_TTL: '86400' } })
  const registered = await registerApp(broker, { delegates_to: ['*'], scopes: scope })
  await signIn(broker, registered)
  const [from, to] = [await joinAs(broker, 'first'), await joinAs(broker, 'second')]
  const [short, long] = [
    await hand(broker, from.own, to, 30),
    await hand(broker, from.own, to, 250),
  ]
  // The clock is set back by less than anybody notices, and the session's lifetime begins anew.
  broker.advance(-900)
  broker.advance(-100)
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: from.own })
  assert.equal(renewed.status, 200)
  const successor = decodeToken(String(renewed.body['access_token']))
  for (const token of [short, long]) {
    const outlives = decodeToken(token).exp > successor.exp
    assert.equal((await broker.client.validate(token)).valid, !outlives)
  }
})

test('a delegate of a delegator whose key was compromised is not renewed, whatever signed its own token', async () => {
  await using broker = await testBroker()
  const [from, to] = [await joinAs(broker, 'first'), await joinAs(broker, 'second')]
  const rotated = await askAsOperator(broker, 'POST', '/v1/admin/keys/rotate')
  const held = await hand(broker, from.own, to)
  assert.notEqual(decodeToken(held).kid, decodeToken(from.own).kid)
  const { previous_kid: kid } = rotated.body
  await askAsOperator(broker, 'POST', '/v1/admin/keys/rotate', { emergency: true, kid })
  assert.equal((await broker.client.validate(from.own)).valid, false)
  assertProblem(await ask(broker, 'POST', '/v1/token/renew', { bearer: held }), 401, 'unauthorized')
})
