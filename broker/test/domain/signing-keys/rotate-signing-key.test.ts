import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RotateKeyResponse } from '@agentwrit/protocol'
import type { Context } from '../../../src/domain/context.ts'
import { authenticateBearer } from '../../../src/domain/identity/authenticate-bearer.ts'
import { rotateSigningKey } from '../../../src/domain/signing-keys/rotate-signing-key.ts'
import { testBroker, type TestBroker } from '../../test-broker.ts'

const origin = { requestId: 'request', sourceIp: '192.0.2.1', route: '/v1/admin/keys/rotate' }

async function signedIn(broker: TestBroker) {
  const authorization = `Bearer ${await (await broker.operator()).token()}`
  const { context } = broker.broker
  return authenticateBearer(context, { authorization, origin, pace: 'at once' })
}

/** The keys are read as they are, and once only something happens before they are used. */
function interrupted(context: Context, happening: () => Promise<unknown>): Context {
  const { signingKeys } = context.store
  let isFirst = true
  const all = async () => {
    const rows = await signingKeys.all()
    if (isFirst) await happening()
    isFirst = false
    return rows
  }
  return { ...context, store: { ...context.store, signingKeys: { ...signingKeys, all } } }
}

test('an emergency that a rotation has overtaken is about the key that was active when it was asked for', async () => {
  await using broker = await testBroker()
  const { context } = broker.broker
  const caller = await signedIn(broker)
  const first = context.keys.activeKid
  const late = interrupted(context, () => rotateSigningKey(context, caller, {}))
  const answer = await rotateSigningKey(late, caller, { emergency: true })
  assert.equal(answer.previous_kid, first)
  assert.equal(answer.kid, context.keys.activeKid)
  const statuses = (await context.store.signingKeys.all()).map(({ status }) => status)
  assert.deepEqual(statuses, ['compromised', 'active'])
})

test('of operators who see the same emergency one makes a key, and the other gets the same answer', async () => {
  await using broker = await testBroker()
  const { context } = broker.broker
  // Signed in under the previous key, so that they outlive the compromised one.
  const caller = await signedIn(broker)
  await rotateSigningKey(context, caller, {})
  const answers: RotateKeyResponse[] = []
  const emergency = async (at: Context) =>
    void answers.push(await rotateSigningKey(at, caller, { emergency: true }))
  await emergency(interrupted(context, () => emergency(context)))
  assert.equal(answers.length, 2)
  assert.deepEqual(answers[1], answers[0])
  assert.equal((await context.store.signingKeys.all()).length, 3)
})

test('a rotation that another one has overtaken changes nothing and is worth a retry', async () => {
  await using broker = await testBroker()
  const { context } = broker.broker
  const caller = await signedIn(broker)
  const late = interrupted(context, () => rotateSigningKey(context, caller, {}))
  const lost = { code: 'service_unavailable', retryAfter: 1 }
  await assert.rejects(rotateSigningKey(late, caller, {}), lost)
  assert.equal((await context.store.signingKeys.all()).length, 2)
  await rotateSigningKey(late, caller, {})
  assert.equal((await context.store.signingKeys.all()).length, 3)
})

test('an operator whose session ends meanwhile rotates nothing', async () => {
  await using broker = await testBroker()
  const { context } = broker.broker
  const caller = await signedIn(broker)
  const operator = await broker.operator()
  const late = interrupted(context, async () => operator.signOut())
  for (const emergency of [true, false]) {
    await assert.rejects(rotateSigningKey(late, caller, { emergency }), { code: 'unauthorized' })
  }
  assert.equal((await context.store.signingKeys.all()).length, 1)
})
