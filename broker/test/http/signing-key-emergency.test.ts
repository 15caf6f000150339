// The emergency rotation of signing keys: contract 2.9 and 4.26.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retireSigningKeys } from '../../src/domain/signing-keys/retire-signing-keys.ts'
import { askAsOperator } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import {
  detailsSince,
  auditKeys,
  isValid,
  published,
  rotate,
  rotatePath,
  statuses,
} from '../signing-keys.ts'
import { testBroker } from '../test-broker.ts'

test('in an emergency everything that the key has signed is dead at once and for good', async () => {
  await using broker = await testBroker()
  const agent = await (await broker.agent()).token()
  const bearer = await (await broker.operator()).token()
  assert.ok(await isValid(broker, agent))
  const [first] = await published(broker)
  const { body } = await ask(broker, 'POST', rotatePath, { bearer, body: { emergency: true } })
  assert.equal(body['previous_kid'], first)
  assert.equal(body['previous_retires_at'], '2026-01-02T03:04:05Z')
  for (const round of ['before', 'after'] as const) {
    assert.deepEqual(await published(broker), [body['kid']])
    for (const token of [agent, bearer]) {
      assert.equal(await isValid(broker, token), false)
      assertProblem(
        await ask(broker, 'POST', '/v1/token/renew', { bearer: token }),
        401,
        'unauthorized',
      )
    }
    assertProblem(await ask(broker, 'GET', '/v1/audit/keys', { bearer }), 401, 'unauthorized')
    if (round === 'before') await broker.restart()
  }
  assert.deepEqual(statuses(await auditKeys(broker)), [
    [body['kid'], 'active'],
    [first, 'compromised'],
  ])
})

test('an emergency of a retiring key kills only what that key has signed', async () => {
  await using broker = await testBroker()
  const old = await (await broker.agent()).token()
  const { kid, previous_kid: previous } = await rotate(broker)
  const fresh = await (await broker.agent()).token()
  const answer = await rotate(broker, { emergency: true, kid: previous })
  assert.equal(answer['kid'], kid)
  assert.equal(answer['previous_kid'], previous)
  assert.equal(await isValid(broker, old), false)
  assert.ok(await isValid(broker, fresh))
  assert.deepEqual(await published(broker), [kid])
  assert.equal((await auditKeys(broker)).length, 2)
})

test('repeating an emergency says the same and changes nothing', async () => {
  await using broker = await testBroker()
  const first = await rotate(broker, { emergency: true })
  broker.advance(5000)
  const start = (await broker.broker.context.store.head()).seq
  const again = { emergency: true, kid: first['previous_kid'] }
  for (const answer of [await rotate(broker, again), await rotate(broker, again)]) {
    assert.deepEqual(answer, first)
  }
  assert.deepEqual(await detailsSince(broker, start), [])
  assert.equal((await auditKeys(broker)).length, 2)
})

test('the bearers of a compromised key die with it, those of the operators who act at the same time too', async () => {
  await using broker = await testBroker()
  await broker.operator()
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => askAsOperator(broker, 'POST', rotatePath, { emergency: true })),
  )
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((one, other) => one - other),
    [200, 401, 401, 401, 401],
  )
  assert.equal((await auditKeys(broker)).length, 2)
})

test('a key that has retired can still be called compromised', async () => {
  await using broker = await testBroker({ environment: { AA_MAX_SESSION_AGE: '3600' } })
  const { kid, previous_kid: previous } = await rotate(broker)
  broker.advance(3_600_000)
  await retireSigningKeys(broker.broker.context)
  broker.advance(60_000)
  const answer = await rotate(broker, { emergency: true, kid: previous })
  const expected = { kid, previous_kid: previous, previous_retires_at: '2026-01-02T04:04:05Z' }
  assert.deepEqual(answer, expected)
  assert.deepEqual(statuses(await auditKeys(broker)), [
    [kid, 'active'],
    [previous, 'compromised'],
  ])
  await broker.restart()
  assert.deepEqual(await published(broker), [kid])
})
