import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { ask } from '../ask.ts'
import { adminSecret } from '../test-broker.ts'
import { brokerFiles, startBrokerProcess } from './broker-process.ts'
import { checkErrands } from './check-errands.ts'
import { CrashedStore } from './crashed-store.ts'
import { makeLaunchToken, prepare, signIn } from './errand.ts'
import { getRequest } from './flood.ts'
import { sendHalf, untilRefused } from './half-sent.ts'
import { workUntil } from './load.ts'
import { drawSeed, seededChance } from './seeded-chance.ts'

test('a broker told to stop under load answers what it has begun, loses nothing, and ends with exit code 0', async (t) => {
  const seed = drawSeed()
  t.diagnostic(`seed ${seed}`)
  await using files = await brokerFiles()
  const broker = await startBrokerProcess(files)
  let exitCode: number | null = null
  const ledger = await workUntil(broker, {
    round: 1,
    chance: seededChance(seed),
    end: async () => {
      await sleep(500)
      exitCode = await broker.stop()
    },
  })
  assert.equal(exitCode, 0, broker.output())
  assert.ok(ledger.length > 8, 'the load was too small to prove anything')
  await using store = await CrashedStore.open(files)
  assert.deepEqual(store.findFlaws(), [])
  await store.verifyChain()
  await using next = await startBrokerProcess(files)
  // Whatever was not answered was not begun either.
  assert.equal(await checkErrands(next, store, ledger), 0)
})

test('a request that is half sent when the broker is told to stop is answered, and readyz says 503 meanwhile', async () => {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files)
  const bearer = await signIn(broker, adminSecret)
  const body = await prepare(broker, await makeLaunchToken(broker, bearer, 'agent'), 'agent')
  const registering = await sendHalf(broker.url, '/v1/register', body)
  const asking = await sendHalf(broker.url, '/v1/token/validate', { token: 'rubbish' })
  const stopped = broker.stop()
  await untilRefused(broker.url)

  assert.match(await registering.finish(), /^HTTP\/1\.1 200 .*"access_token"/s)
  const answers = await asking.finish(getRequest('/readyz'))
  assert.match(answers, /^HTTP\/1\.1 200 .*"valid":false.*HTTP\/1\.1 503 .*"service_unavailable"/s)
  assert.equal(await stopped, 0)
})

test('a broker told to stop writes the refusals it has only counted', async () => {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files)
  for (let count = 0; count < 7; count += 1) {
    await ask(broker, 'POST', '/v1/token/renew', { bearer: 'rubbish' })
  }
  assert.equal(await broker.stop('SIGINT'), 0)
  await using store = await CrashedStore.open(files)
  const refusals = store.readEvents().filter(({ event_type }) => event_type === 'token_auth_failed')
  assert.deepEqual(
    refusals.map(({ repeat_count }) => repeat_count),
    [undefined, 6],
  )
})
