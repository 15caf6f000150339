import assert from 'node:assert/strict'
import { test } from 'node:test'
import { covers, type Claims } from '@agentwrit/protocol'
import * as fc from 'fast-check'
import { ask, assertProblem } from '../ask.ts'
import { freshNonce, launchToken, register, registration } from '../proof.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const word = fc.constantFrom('read', 'write', 'data', 'logs', '*', 'a', 'b', 'a:b')
const scope = fc.tuple(word, word, word).map(([action, resource, identifier]) => {
  return `${action.replace(':', '-')}:${resource.replace(':', '-')}:${identifier}`
})
const scopes = fc.uniqueArray(scope, { minLength: 1, maxLength: 4 })

async function claimsOf(broker: TestBroker, token: string): Promise<Claims> {
  const answer = await broker.client.validate(token)
  assert.ok(answer.valid)
  return answer.claims
}

test('an agent never gets a scope its launch token does not cover, and everything it covers', async () => {
  await using broker = await testBroker()
  await fc.assert(
    fc.asyncProperty(scopes, scopes, async (allowed, wanted) => {
      const isWithin = wanted.every((one) => allowed.some((other) => covers(other, one)))
      const answer = await register(
        broker,
        registration({
          launchToken: await launchToken(broker, { scope: allowed }),
          nonce: await freshNonce(broker),
          scope: wanted,
        }),
      )
      if (!isWithin) return assertProblem(answer, 403, 'scope_violation')
      const claims = await claimsOf(broker, String(answer.body['access_token']))
      assert.deepEqual(claims.scope, wanted)
    }),
    { numRuns: 60 },
  )
})

test('no renewal changes what a token may do, nor whom it speaks for', async () => {
  await using broker = await testBroker()
  const agent = await broker.agent({ scope: ['read:data:a', 'write:logs:*'] })
  const before = await claimsOf(broker, await agent.token())
  broker.advance(10_000)
  await agent.renew()
  const after = await claimsOf(broker, await agent.token())
  const { exp: _exp, iat: _iat, nbf: _nbf, jti, ...rest } = after
  assert.deepEqual({ ...before, ...rest }, before)
  assert.notEqual(jti, before.jti)
})

test('no renewal outlives the maximal age of the session', async () => {
  await using broker = await testBroker({ environment: { AA_MAX_SESSION_AGE: '100' } })
  const agent = await broker.agent({ maxTtl: 60 })
  const first = await claimsOf(broker, await agent.token())
  assert.equal(first.exp - first.iat, 60)
  broker.advance(50_000)
  await agent.renew()
  const second = await claimsOf(broker, await agent.token())
  assert.ok(second.exp <= first.iat + 100)
  broker.advance(49_500)
  await assert.rejects(agent.renew(), { errorCode: 'unauthorized' })
})

test('a token lives as long as its launch token allows, and never longer than the broker does', async () => {
  await using broker = await testBroker({
    environment: { AA_MAX_TTL: '40', AA_DEFAULT_TTL: '400' },
  })
  for (const [maxTtl, expected] of [
    [5, 5],
    [undefined, 40],
  ] as const) {
    const token = await launchToken(broker, maxTtl === undefined ? {} : { maxTtl })
    const answer = await register(
      broker,
      registration({ launchToken: token, nonce: await freshNonce(broker) }),
    )
    assert.equal(answer.body['expires_in'], expected)
  }
})

test('nobody can grant an admin: or app: scope, in a launch token or a registration', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.operator()).token()
  for (const reserved of ['admin:revoke:*', 'app:agents:*', 'admin:x:y', 'app:x:y:z']) {
    const made = await ask(broker, 'POST', '/v1/admin/launch-tokens', {
      bearer,
      body: { agent_name: 'a', allowed_scope: ['read:data:*', reserved] },
    })
    assertProblem(made, 400, 'invalid_request')
    const answer = await register(
      broker,
      registration({
        launchToken: await launchToken(broker, { scope: ['*:*:*'] }),
        nonce: await freshNonce(broker),
        scope: [reserved],
      }),
    )
    assertProblem(answer, 400, 'invalid_request')
  }
})

test('a launch token that names a task registers no other', async () => {
  await using broker = await testBroker()
  const named = await launchToken(broker, { taskId: 'another' })
  const asked = registration({ launchToken: named, nonce: await freshNonce(broker) })
  assertProblem(await register(broker, asked), 403, 'forbidden')
  const right = await register(broker, { ...asked, task_id: 'another' })
  assert.equal(right.status, 200)
})

test('an agent can do nothing an operator does', async () => {
  await using broker = await testBroker()
  const agent = await broker.agent({ scope: ['*:*:*'] })
  const bearer = await agent.token()
  const body = { agent_name: 'a', allowed_scope: ['read:data:*'] }
  const refused = await ask(broker, 'POST', '/v1/admin/launch-tokens', { bearer, body })
  assertProblem(refused, 403, 'insufficient_scope')
  assertProblem(
    await ask(broker, 'GET', '/v1/admin/launch-tokens', { bearer }),
    403,
    'insufficient_scope',
  )
})
