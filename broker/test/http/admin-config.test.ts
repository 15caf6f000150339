// GET /v1/admin/config: contract 4.31.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigResponse } from '@agentwrit/protocol'
import { readConfig } from '../../src/config.ts'
import { showSettings } from '../../src/config/show-settings.ts'
import { askAsOperator } from '../apps.ts'
import { adminSecret, testBroker } from '../test-broker.ts'

const path = '/v1/admin/config'

test('an operator sees the settings that the broker runs with, and no secret', async () => {
  const environment = { AA_ISSUER: 'https://broker.test', AA_CONSOLE: 'off' }
  await using broker = await testBroker({ environment })
  const { status, body } = await askAsOperator(broker, 'GET', path)
  assert.equal(status, 200)
  const { settings } = body as unknown as ConfigResponse
  const read = readConfig({
    ...environment,
    AA_ADMIN_SECRET: adminSecret,
    AA_DB_PATH: broker.databasePath,
    AA_SIGNING_KEY_PATH: `${broker.folder}/signing.key`,
  })
  assert.deepEqual(settings, showSettings(read))
  assert.equal(JSON.stringify(body).includes(adminSecret), false)
})
