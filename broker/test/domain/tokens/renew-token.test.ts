import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Claims } from '@agentwrit/protocol'
import { ask, assertProblem, type Answer, type Shown } from '../../ask.ts'
import { testBroker, type TestBroker } from '../../test-broker.ts'

const key = 'a-key-that-a-csprng-has-made'
const otherKey = 'another-key-of-a-csprng'

const renew = (broker: TestBroker, shown: Shown): Promise<Answer> =>
  ask(broker, 'POST', '/v1/token/renew', shown)

const tokenOf = ({ status, body }: Answer): string => {
  assert.equal(status, 200, JSON.stringify(body))
  return String(body['access_token'])
}

async function claimsOf(broker: TestBroker, token: string): Promise<Claims> {
  const answer = await broker.client.validate(token)
  assert.ok(answer.valid)
  return answer.claims
}

const isLive = async (broker: TestBroker, token: string) =>
  (await broker.client.validate(token)).valid

async function eventsSince(broker: TestBroker, seq: number) {
  return broker.broker.context.store.audit.read(seq + 1, 100)
}

const headSeq = async (broker: TestBroker) => (await broker.broker.context.store.head()).seq

test('a narrower scope is kept in the order asked for, and by later renewals; a wider one is refused', async () => {
  await using broker = await testBroker()
  const first = await (await broker.agent({ scope: ['read:data:*', 'write:logs:1'] })).token()
  const scope = ['write:logs:1', 'read:data:b', 'read:data:a']
  const second = tokenOf(await renew(broker, { bearer: first, body: { scope } }))
  assert.deepEqual((await claimsOf(broker, second)).scope, scope)
  const third = tokenOf(await renew(broker, { bearer: second }))
  assert.deepEqual((await claimsOf(broker, third)).scope, scope)
  for (const wider of [['read:data:*'], ['read:data:a', 'read:logs:1'], []]) {
    const answer = await renew(broker, { bearer: third, body: { scope: wider } })
    assertProblem(answer, 403, 'scope_violation')
  }
  await broker.restart()
  assert.deepEqual((await claimsOf(broker, third)).scope, scope)
})

test('a renewal that asked for more is audited, with what was asked for', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const seq = await headSeq(broker)
  await renew(broker, { bearer, body: { scope: ['write:data:1'] } })
  const [event, ...others] = await eventsSince(broker, seq)
  assert.deepEqual(others, [])
  assert.equal(event?.event_type, 'token_renewal_failed')
  assert.match(event?.detail ?? '', /reason=widened .* requested=\[write:data:1\]/)
})

test('a repeat with the same key and body gets the identical token, for thirty seconds, over a restart', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const body = { scope: ['read:data:1', 'read:data:2'] }
  const first = await renew(broker, { bearer, body, idempotencyKey: key })
  const seq = await headSeq(broker)
  const spelledOtherwise = { note: 'ignored', ...body }
  broker.advance(500)
  const again = await renew(broker, { bearer, body: spelledOtherwise, idempotencyKey: key })
  assert.deepEqual([again.status, again.body], [200, first.body])
  const [event, ...others] = await eventsSince(broker, seq)
  assert.deepEqual(others, [])
  assert.equal(event?.event_type, 'token_renewal_repeated')
  assert.equal(event?.outcome, 'success')
  const { jti } = await claimsOf(broker, tokenOf(first))
  assert.match(event?.detail ?? '', new RegExp(`successor=${jti}$`))
  assert.notEqual(event?.jti, jti)

  await broker.restart()
  broker.advance(29_499)
  assert.deepEqual((await renew(broker, { bearer, body, idempotencyKey: key })).body, first.body)
  broker.advance(1)
  const late = await renew(broker, { bearer, body, idempotencyKey: key })
  assertProblem(late, 401, 'unauthorized')
  assert.equal(await isLive(broker, tokenOf(first)), true)
})

test('no body, an empty one and a scope of null are the same body', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const first = tokenOf(await renew(broker, { bearer, idempotencyKey: key }))
  for (const body of [{}, { scope: null }]) {
    assert.equal(tokenOf(await renew(broker, { bearer, body, idempotencyKey: key })), first)
  }
})

test('the same key with another body is a conflict, and changes nothing', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const body = { scope: ['read:data:1', 'read:data:2'] }
  const successor = tokenOf(await renew(broker, { bearer, body, idempotencyKey: key }))
  for (const other of [
    undefined,
    { scope: ['read:data:1'] },
    { scope: body.scope.toReversed() },
    { scope: ['write:data:1'] },
  ]) {
    const answer = await renew(broker, { bearer, body: other, idempotencyKey: key })
    assertProblem(answer, 409, 'conflict')
  }
  assert.deepEqual((await claimsOf(broker, successor)).scope, body.scope)
})

test('a renewal is not repeated once its successor was renewed or released, and nothing ends for that', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const second = tokenOf(await renew(broker, { bearer, idempotencyKey: key }))
  const third = tokenOf(await renew(broker, { bearer: second, idempotencyKey: key }))
  assertProblem(await renew(broker, { bearer, idempotencyKey: key }), 401, 'unauthorized')
  await broker.restart()
  broker.advance(20_000)
  assertProblem(await renew(broker, { bearer, idempotencyKey: key }), 401, 'unauthorized')
  assert.equal(tokenOf(await renew(broker, { bearer: second, idempotencyKey: key })), third)
  await broker.client.release(third)
  for (const dead of [bearer, second, third]) {
    const answer = await renew(broker, { bearer: dead, idempotencyKey: key })
    assertProblem(answer, 401, 'unauthorized')
  }
})

test('a superseded token shown within ten seconds is refused, and nothing else happens', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const successor = tokenOf(await renew(broker, { bearer, idempotencyKey: key }))
  const rubbish = await renew(broker, { bearer: `${bearer}x` })
  const seq = await headSeq(broker)
  broker.advance(10_000)
  for (const shown of [{}, { idempotencyKey: otherKey }, { idempotencyKey: 'short' }]) {
    const answer = await renew(broker, { bearer, ...shown })
    assertProblem(answer, 401, 'unauthorized')
    assert.equal(answer.body['detail'], rubbish.body['detail'])
    const challenge = 'www-authenticate'
    assert.equal(answer.headers.get(challenge), rubbish.headers.get(challenge))
  }
  const types = (await eventsSince(broker, seq)).map((event) => event.event_type)
  assert.deepEqual(types, ['token_revoked_access'])
  assert.equal(await isLive(broker, successor), true)
})

for (const [how, idempotencyKey] of [
  ['without a key', undefined],
  ['with another key', otherKey],
] as const) {
  test(`a superseded token shown later ${how} ends its session, as suspected theft`, async () => {
    await using broker = await testBroker()
    const agent = await broker.agent()
    const bearer = await agent.token()
    const successor = tokenOf(await renew(broker, { bearer, idempotencyKey: key }))
    const { jti } = await claimsOf(broker, successor)
    await broker.restart()
    const rubbish = await renew(broker, { bearer: `${bearer}x` })
    const seq = await headSeq(broker)
    broker.advance(10_001)
    const shown = idempotencyKey === undefined ? { bearer } : { bearer, idempotencyKey }
    const answer = await renew(broker, shown)
    assertProblem(answer, 401, 'unauthorized')
    assert.equal(answer.body['detail'], rubbish.body['detail'])
    assert.equal(await isLive(broker, successor), false)

    const events = await eventsSince(broker, seq)
    assert.deepEqual(
      events.map(({ event_type, actor, outcome, agent_id }) => [
        event_type,
        actor,
        outcome,
        agent_id,
      ]),
      [
        ['token_reuse_detected', 'system', 'denied', agent.agentId],
        ['revocation_effect', 'system', 'success', agent.agentId],
      ],
    )
    assert.ok(events[0]?.detail.includes(`successor=${jti}`))
    const entries = await broker.broker.context.store.revocations.inForce(0)
    assert.deepEqual(
      entries.map(({ level, target, released, actor }) => [level, target, released, actor]),
      [['token', events[0]?.jti, false, 'system']],
    )
    await broker.restart()
    assert.equal(await isLive(broker, successor), false)
    for (const dead of [bearer, successor]) {
      const repeated = await renew(broker, { bearer: dead, idempotencyKey: key })
      assertProblem(repeated, 401, 'unauthorized')
    }
  })
}

test('a superseded token is found out before its body is looked at', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const successor = tokenOf(await renew(broker, { bearer }))
  broker.advance(10_001)
  const answer = await renew(broker, { bearer, body: { scope: 7 } })
  assertProblem(answer, 401, 'unauthorized')
  assert.equal(await isLive(broker, successor), false)
})

test('the key of its renewal keeps a late repeat from looking like theft', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const successor = tokenOf(await renew(broker, { bearer, idempotencyKey: key }))
  broker.advance(60_000)
  assertProblem(await renew(broker, { bearer, idempotencyKey: key }), 401, 'unauthorized')
  assert.equal(await isLive(broker, successor), true)
})

test('a superseded token does nothing on another route, however old it is', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const successor = tokenOf(await renew(broker, { bearer }))
  broker.advance(60_000)
  const answer = await ask(broker, 'GET', '/v1/admin/launch-tokens', { bearer })
  assertProblem(answer, 401, 'unauthorized')
  assert.equal(await isLive(broker, bearer), false)
  assert.equal(await isLive(broker, successor), true)
})

test('an operator’s token is not renewed, with or without a key', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.operator()).token()
  for (const shown of [{}, { idempotencyKey: key }, { body: { scope: ['admin:audit:*'] } }]) {
    assertProblem(await renew(broker, { bearer, ...shown }), 403, 'forbidden')
  }
})
