import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startMaintenance } from '../src/maintenance.ts'
import { askAsOperator } from './apps.ts'
import { testBroker } from './test-broker.ts'

test('a key that nothing needs any more retires within a minute, without anybody asking', async (t) => {
  await using broker = await testBroker()
  const { context } = broker.broker
  await askAsOperator(broker, 'POST', '/v1/admin/keys/rotate')
  broker.advance(context.config.adminTokenTtl * 1000)
  t.mock.timers.enable({ apis: ['setInterval'] })
  const maintenance = startMaintenance(context)
  t.mock.timers.tick(60_000)
  await maintenance.stop()
  assert.equal(context.keys.published().length, 1)
  const statuses = (await context.store.signingKeys.all()).map(({ status }) => status)
  assert.deepEqual(statuses, ['retired', 'active'])
})
