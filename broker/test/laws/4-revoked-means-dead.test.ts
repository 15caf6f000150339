import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, assertProblem } from '../ask.ts'
import { freshNonce, launchToken, register, registration } from '../proof.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

/** On every route that looks at a token. */
async function assertDead(broker: TestBroker, bearer: string): Promise<void> {
  assert.equal((await broker.client.validate(bearer)).valid, false)
  assertProblem(await ask(broker, 'POST', '/v1/token/renew', { bearer }), 401, 'unauthorized')
  assertProblem(
    await ask(broker, 'GET', '/v1/admin/launch-tokens', { bearer }),
    401,
    'unauthorized',
  )
}

async function issueRaw(broker: TestBroker): Promise<string> {
  const asked = registration({
    launchToken: await launchToken(broker),
    nonce: await freshNonce(broker),
  })
  return String((await register(broker, asked)).body['access_token'])
}

test('a released token is dead at once, on every route, and after a restart', async () => {
  await using broker = await testBroker()
  const bearer = await issueRaw(broker)
  assert.equal((await broker.client.validate(bearer)).valid, true)
  assert.equal((await ask(broker, 'POST', '/v1/token/release', { bearer })).status, 204)
  await assertDead(broker, bearer)
  await broker.restart()
  await assertDead(broker, bearer)
})

test('a renewed token is dead at once and after a restart; its successor lives', async () => {
  await using broker = await testBroker()
  const old = await issueRaw(broker)
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: old })
  const successor = String(renewed.body['access_token'])
  await assertDead(broker, old)
  await broker.restart()
  await assertDead(broker, old)
  assert.equal((await broker.client.validate(successor)).valid, true)
})

test('releasing a superseded, unexpired token ends its session, so that the successor is dead', async () => {
  await using broker = await testBroker()
  const old = await issueRaw(broker)
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: old })
  assert.equal((await ask(broker, 'POST', '/v1/token/release', { bearer: old })).status, 204)
  await assertDead(broker, String(renewed.body['access_token']))
})

test('releasing twice is done twice; releasing an expired token is refused', async () => {
  await using broker = await testBroker()
  const bearer = await issueRaw(broker)
  const release = () => ask(broker, 'POST', '/v1/token/release', { bearer })
  assert.equal((await release()).status, 204)
  assert.equal((await release()).status, 204)
  broker.advance(300_000)
  assertProblem(await release(), 401, 'unauthorized')
})

test('a token is accepted in the second before it expires and refused when it does', async () => {
  await using broker = await testBroker()
  const bearer = await issueRaw(broker)
  const answer = await broker.client.validate(bearer)
  assert.ok(answer.valid)
  broker.advance(answer.claims.exp * 1000 - broker.now() - 1)
  assert.equal((await broker.client.validate(bearer)).valid, true)
  broker.advance(1)
  await assertDead(broker, bearer)
})

test('an operator who released its session can do nothing with it, what it launched lives on', async () => {
  await using broker = await testBroker()
  const agent = await broker.agent()
  const pending = await launchToken(broker)
  const bearer = await (await broker.operator()).token()
  assert.equal((await ask(broker, 'POST', '/v1/token/release', { bearer })).status, 204)
  await assertDead(broker, bearer)
  assert.equal((await broker.client.validate(await agent.token())).valid, true)
  const asked = registration({ launchToken: pending, nonce: await freshNonce(broker) })
  assert.equal((await register(broker, asked)).status, 200)
})

test('of a release and renewals racing with it nothing survives', async () => {
  await using broker = await testBroker()
  for (let round = 0; round < 25; round += 1) {
    const bearer = await issueRaw(broker)
    const renew = () => ask(broker, 'POST', '/v1/token/renew', { bearer })
    const release = () => ask(broker, 'POST', '/v1/token/release', { bearer })
    const order = round % 2 === 0 ? [renew(), release(), renew()] : [release(), renew()]
    const answers = await Promise.all(order)
    assert.ok(answers.some(({ status }) => status === 204))
    for (const { status, body } of answers) {
      if (status === 200) await assertDead(broker, String(body['access_token']))
    }
    await assertDead(broker, bearer)
  }
})

test('a dead token stays dead when the clock leaps ahead and is set right again', async () => {
  await using broker = await testBroker()
  const bearer = await issueRaw(broker)
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer })
  const successor = String(renewed.body['access_token'])
  await ask(broker, 'POST', '/v1/token/release', { bearer: successor })
  const { live } = broker.broker.context
  broker.advance(86_400_000)
  live.revocations.forgetExpired(broker.now())
  broker.advance(-86_400_000)
  for (const token of [bearer, successor]) {
    assert.equal((await broker.client.validate(token)).valid, false)
  }
})
