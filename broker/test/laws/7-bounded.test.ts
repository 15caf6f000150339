import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { ask } from '../ask.ts'
import { freshNonce, launchToken, register, registration } from '../proof.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

function countRows(broker: TestBroker): Record<string, number> {
  const database = new DatabaseSync(broker.databasePath, { readOnly: true })
  const tables = [
    'nonces',
    'launch_tokens',
    'agents',
    'sessions',
    'tokens',
    'revocations',
    'renewals',
  ]
  const counts = tables.map((table) => {
    const row = database.prepare(`select count(*) as count from ${table}`).get()
    return [table, Number(row?.['count'])]
  })
  database.close()
  return Object.fromEntries(counts)
}

const nothing = {
  nonces: 0,
  launch_tokens: 0,
  agents: 0,
  sessions: 0,
  tokens: 0,
  revocations: 0,
  renewals: 0,
}

test('challenges and failed sign-ins of strangers leave nothing behind but a bounded trail', async () => {
  await using broker = await testBroker()
  for (let i = 0; i < 2000; i += 1) {
    await ask(broker, 'GET', '/v1/challenge')
    await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: `wrong secret number ${i}` } })
    await ask(broker, 'POST', '/v1/token/renew', { bearer: `rubbish-${i}` })
    await ask(broker, 'POST', '/v1/token/validate', { body: { token: `rubbish-${i}` } })
    broker.advance(20)
  }
  assert.deepEqual(countRows(broker), nothing)
  const { seq } = await broker.broker.context.store.head()
  // Forty seconds of attack on two routes: wrong secrets, rate limit, bad bearers, and one summary each.
  assert.ok(seq <= 6, `${seq} events`)
})

test('everything that expired is removed ten minutes later, and what is live is kept', async () => {
  await using broker = await testBroker()
  const day = 86_400_000
  const agent = await broker.agent()
  await agent.renew()
  await agent.release()
  await launchToken(broker)
  const before = countRows(broker)
  assert.equal(before['sessions'], 2)
  assert.equal(before['tokens'], 3)

  const { store } = broker.broker.context
  broker.advance(300_000 + 599_000)
  await store.prune()
  const kept = countRows(broker)
  assert.equal(kept['sessions'], 2)
  assert.equal(kept['nonces'], 0)
  assert.equal(kept['launch_tokens'], 0)

  broker.advance(2000)
  await store.prune()
  const later = countRows(broker)
  assert.equal(later['sessions'], 0)
  assert.equal(later['tokens'], 0)
  assert.equal(later['agents'], 1)

  broker.advance(7 * day)
  await store.prune()
  assert.deepEqual(countRows(broker), nothing)
})

test('memory of revocations follows what is live', async () => {
  await using broker = await testBroker()
  const { live } = broker.broker.context
  for (let i = 0; i < 10; i += 1) {
    const asked = registration({
      launchToken: await launchToken(broker, { maxTtl: 60 }),
      nonce: await freshNonce(broker),
    })
    const bearer = String((await register(broker, asked)).body['access_token'])
    await ask(broker, 'POST', '/v1/token/renew', { bearer })
    await ask(broker, 'POST', '/v1/token/release', { bearer })
  }
  assert.equal(live.revocations.size, 20)
  broker.advance(86_400_000)
  live.revocations.forgetExpired(broker.now())
  assert.equal(live.revocations.size, 0)
})
