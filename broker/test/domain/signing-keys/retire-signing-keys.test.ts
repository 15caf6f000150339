import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authenticateBearer } from '../../../src/domain/identity/authenticate-bearer.ts'
import { presentedBy } from '../../../src/domain/identity/presented-by.ts'
import { retireSigningKeys } from '../../../src/domain/signing-keys/retire-signing-keys.ts'
import { testBroker, type TestBroker } from '../../test-broker.ts'

const origin = { requestId: 'request', sourceIp: '192.0.2.1', route: '/v1/admin/keys/rotate' }

/** A rotation whose previous key retires in a second at the latest, although a session rests on it for longer. */
async function rotateForASecond(broker: TestBroker): Promise<string> {
  const { context } = broker.broker
  const authorization = `Bearer ${await (await broker.operator()).token()}`
  const caller = await authenticateBearer(context, { authorization, origin, pace: 'at once' })
  const [before] = await context.store.signingKeys.all()
  assert.ok(before !== undefined)
  const retiresAt = broker.now() + 1000
  const after = context.keys.reseal(before, { status: 'retiring', retiresAt })
  const made = context.keys.makeSigningKey(broker.now() + 1)
  const rotation = { previous: { before, after }, made, isEmergency: false }
  const outcome = await context.store.signingKeys.rotate(rotation, presentedBy(caller), [])
  assert.ok(outcome.kept)
  return before.kid
}

test('a key retires at its latest moment, whatever rests on it, and not a millisecond earlier', async () => {
  await using broker = await testBroker()
  const { context } = broker.broker
  const kid = await rotateForASecond(broker)
  for (const [passed, expected] of [
    [999, true],
    [1, false],
  ] as const) {
    broker.advance(passed)
    await retireSigningKeys(context)
    assert.equal(context.keys.accepts(kid), expected)
  }
})
