import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Operator } from '@agentwrit/client'
import { startBroker } from '../src/broker-process.ts'
import { fiveLines } from '../src/five-lines.ts'
import { startSalesServer } from '../src/sales-server.ts'

test('the five lines of the READMEs read what the agent may read', async () => {
  await using broker = await startBroker(0)
  await using sales = await startSalesServer(broker.url)
  await using operator = await Operator.signIn({ broker: broker.url, secret: broker.secret })
  const app = await operator.registerApp({ name: 'reports', scopes: ['read:sales:*'] })
  Object.assign(process.env, {
    AGENTWRIT_BROKER_URL: broker.url,
    AGENTWRIT_CLIENT_ID: app.client_id,
    AGENTWRIT_CLIENT_SECRET: app.client_secret,
  })
  assert.equal(await fiveLines(sales.url), 200)
})

for (const page of ['README.md', 'client/README.md']) {
  test(`${page} shows the lines that are tested, and no others`, async () => {
    const source = await readFile(join(import.meta.dirname, '../src/five-lines.ts'), 'utf8')
    const sample = /\/\/ #region sample\n([\s\S]*?) *\/\/ #endregion/.exec(source)?.[1]
    assert.ok(sample)
    const shown = await readFile(join(import.meta.dirname, '../../..', page), 'utf8')
    assert.ok(shown.includes(sample.replaceAll(/^ {2}/gm, '')))
  })
}
