import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../ask.ts'
import { freshNonce, register, registration } from '../proof.ts'
import { testBroker } from '../test-broker.ts'

test('on a developer’s machine the broker hands out a launch token and an admin token at start', async () => {
  await using broker = await testBroker({ environment: { AA_SEED_TOKENS: 'true' } })
  const seeds = broker.broker.seedTokens
  assert.ok(seeds)
  const listing = await ask(broker, 'GET', '/v1/admin/launch-tokens', { bearer: seeds.adminToken })
  assert.equal(listing.status, 200)
  const scope = ['*:*:*']
  const nonce = await freshNonce(broker)
  const asked = registration({ launchToken: seeds.launchToken, nonce, scope })
  assert.equal((await register(broker, asked)).body['expires_in'], 3600)

  const events = await broker.broker.context.store.audit.read(1, 10)
  const [launch, admin] = events
  assert.equal(launch?.event_type, 'launch_token_issued')
  assert.equal(admin?.event_type, 'token_issued')
  assert.deepEqual([launch.actor, admin.actor], ['system', 'system'])
})

test('without the setting there are none', async () => {
  await using broker = await testBroker()
  assert.equal(broker.broker.seedTokens, undefined)
})
