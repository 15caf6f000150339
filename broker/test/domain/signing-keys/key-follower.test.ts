import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openKeys } from '../../../src/crypto/broker-keys.ts'
import { loadSigningKeyFile } from '../../../src/crypto/key-file.ts'
import { verifiedTokenCache } from '../../../src/crypto/verified-token-cache.ts'
import type { Context } from '../../../src/domain/context.ts'
import { Fault } from '../../../src/domain/fault.ts'
import { authenticateBearer } from '../../../src/domain/identity/authenticate-bearer.ts'
import { authenticateOperator } from '../../../src/domain/operators/authenticate-operator.ts'
import { KeyFollower } from '../../../src/domain/signing-keys/key-follower.ts'
import { rotateSigningKey } from '../../../src/domain/signing-keys/rotate-signing-key.ts'
import { askAsOperator } from '../../apps.ts'
import { adminSecret, testBroker, type TestBroker } from '../../test-broker.ts'

const origin = { requestId: 'request', sourceIp: '192.0.2.1', route: '/v1/admin/keys/rotate' }

/** What another broker over the same store and the same key file would work with. */
async function otherBroker({ broker: { context }, folder }: TestBroker) {
  const { store, clock, log, live } = context
  const keys = await openKeys({
    seed: await loadSigningKeyFile(join(folder, 'signing.key'), { mayCreate: false }),
    signingKeys: await store.signingKeys.all(),
    adminSecret,
  })
  const verified = verifiedTokenCache()
  const signingKeys = new KeyFollower({ keys, store: store.signingKeys, clock, log })
  const other: Context = { ...context, keys, live: { ...live, signingKeys, verified } }
  const signIn = async () => {
    const { access_token: token } = await authenticateOperator(
      other,
      { secret: adminSecret },
      origin,
    )
    return token
  }
  const rotate = async (emergency = false) => {
    const authorization = `Bearer ${await signIn()}`
    const caller = await authenticateBearer(other, { authorization, origin, pace: 'at once' })
    return rotateSigningKey(other, caller, { emergency })
  }
  return { signIn, rotate, [Symbol.asyncDispose]: () => keys[Symbol.asyncDispose]() }
}

test('a token of a key that another broker has just made is accepted, and the key is followed', async () => {
  await using broker = await testBroker()
  await using other = await otherBroker(broker)
  const { kid } = await other.rotate()
  const bearer = await other.signIn()
  assert.notEqual(broker.broker.context.keys.activeKid, kid)
  assert.equal((await broker.client.validate(bearer)).valid, true)
  assert.equal(broker.broker.context.keys.activeKid, kid)
})

test('a broker that has not heard of a rotation rotates the key that is active by then', async () => {
  await using broker = await testBroker()
  await using other = await otherBroker(broker)
  const operator = await broker.operator()
  const first = await other.rotate()
  const answer = await askAsOperator(broker, 'POST', '/v1/admin/keys/rotate')
  assert.equal(answer.body['previous_kid'], first.kid)
  assert.equal((await broker.client.validate(await operator.token())).valid, true)
  assert.equal(broker.broker.context.keys.published().length, 3)
})

test('what another broker has compromised is dead here too, once the store is read', async () => {
  await using broker = await testBroker()
  await using other = await otherBroker(broker)
  const bearer = await (await broker.agent()).token()
  const { previous_kid: compromised } = await other.rotate(true)
  await broker.broker.context.live.signingKeys.reread()
  assert.equal(broker.broker.context.keys.accepts(compromised), false)
  assert.equal((await broker.client.validate(bearer)).valid, false)
})

test('whoever shows tokens of unknown keys makes a broker read its keys once a second, however its clock runs', async () => {
  await using broker = await testBroker()
  const { keys, store, log } = broker.broker.context
  let reads = 0
  let now = 0
  const follower = new KeyFollower({
    keys,
    store: { all: () => ((reads += 1), store.signingKeys.all()) },
    clock: () => now,
    log,
  })
  const crowd = () => Promise.all(Array.from({ length: 50 }, () => follower.rereadSeldom()))
  for (const [step, expected] of [
    [0, 1],
    [999, 1],
    [1, 2],
    [-5_000_000, 2],
    [999, 2],
    [1, 3],
  ] as const) {
    now += step
    assert.deepEqual(new Set(await crowd()), new Set([false]))
    assert.equal(reads, expected)
  }
})

test('whoever comes while the keys are being read hears what became of it', async () => {
  await using broker = await testBroker()
  await using other = await otherBroker(broker)
  await other.rotate()
  const { signingKeys } = broker.broker.context.live
  const answers = await Promise.all([signingKeys.rereadSeldom(), signingKeys.rereadSeldom()])
  assert.deepEqual(answers, [true, true])
  assert.equal(await signingKeys.rereadSeldom(), false)
})

test('keys that cannot be read are a 503, keys that do not open are logged and left', async () => {
  await using broker = await testBroker()
  const { keys, store, clock, log } = broker.broker.context
  const lost = new Fault('service_unavailable', 'the store does not answer')
  const failing = new KeyFollower({ keys, store: { all: () => Promise.reject(lost) }, clock, log })
  await assert.rejects(failing.rereadSeldom(), { code: 'service_unavailable' })
  assert.equal(await failing.rereadSeldom(), false)

  const kid = keys.activeKid
  const [row] = await store.signingKeys.all()
  assert.ok(row !== undefined)
  const rows = [keys.reseal(row, { status: 'retiring', retiresAt: broker.now() })]
  const logged = broker.logged.length
  assert.equal(broker.broker.context.live.signingKeys.take(rows), false)
  assert.equal(keys.activeKid, kid)
  assert.equal(broker.logged.length, logged + 1)
})
