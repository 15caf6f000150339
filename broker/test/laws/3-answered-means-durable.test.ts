import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../ask.ts'
import { brokerFiles, startBrokerProcess, type BrokerProcess } from '../faults/broker-process.ts'
import { isValid, makeLaunchToken, prepare, release, renew, signIn } from '../faults/errand.ts'
import { killRounds } from '../faults/kill-rounds.ts'
import { drawSeed } from '../faults/seeded-chance.ts'
import { adminSecret } from '../test-broker.ts'

test('what was answered survives kill -9 at any moment of a busy run, and nothing is kept by halves', async (t) => {
  const seed = drawSeed()
  t.diagnostic(`seed ${seed}`)
  const report = await killRounds({ rounds: 10, seed })
  t.diagnostic(JSON.stringify(report))
  assert.ok(report.errands >= 40, 'the load was too small to prove anything')
  assert.ok(report.unanswered >= 10, 'hardly anything was under way when the broker was killed')
})

test('each answer is durable when it is given: the broker is killed right after it', async () => {
  await using files = await brokerFiles()
  const next = async <Answered>(step: (broker: BrokerProcess) => Promise<Answered>) => {
    await using broker = await startBrokerProcess(files)
    return await step(broker)
  }
  const bearer = await next((broker) => signIn(broker, adminSecret))
  const launchToken = await next((broker) => makeLaunchToken(broker, bearer, 'agent'))
  const { registration, first } = await next(async (broker) => {
    const body = await prepare(broker, launchToken, 'task')
    const answer = await ask(broker, 'POST', '/v1/register', { body })
    return { registration: body, first: String(answer.body['access_token']) }
  })
  const second = await next(async (broker) => {
    assert.ok(await isValid(broker, first))
    return renew(broker, first)
  })
  await next(async (broker) => {
    assert.deepEqual([await isValid(broker, first), await isValid(broker, second)], [false, true])
    await release(broker, second)
  })
  await next(async (broker) => {
    assert.equal(await isValid(broker, second), false)
    const again = await ask(broker, 'POST', '/v1/register', { body: registration })
    assert.equal(again.status, 401)
  })
})
