import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../ask.ts'
import { adminSecret } from '../test-broker.ts'
import { brokerFiles, startBrokerProcess, type BrokerProcess } from './broker-process.ts'
import { isValid, makeLaunchToken, prepare, release, renew, signIn } from './errand.ts'
import { countFsyncs, traceCalls } from './system-calls.ts'

const inParallel = <Result>(times: number, action: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: times }, (_, index) => action(index)))

/** Registrations that have only to be sent. */
async function prepared(broker: BrokerProcess, times: number) {
  const bearer = await signIn(broker, adminSecret)
  return inParallel(times, async (index) => {
    const name = `agent-${index}`
    return prepare(broker, await makeLaunchToken(broker, bearer, name), name)
  })
}

async function registerAll(broker: BrokerProcess, bodies: readonly unknown[]): Promise<string[]> {
  const answers = await Promise.all(
    bodies.map((body) => ask(broker, 'POST', '/v1/register', { body })),
  )
  for (const { status } of answers) assert.equal(status, 200)
  return answers.map(({ body }) => String(body['access_token']))
}

test('a registration alone costs one fsync, of the log, and so does each other change', async () => {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files)
  const [body] = await prepared(broker, 1)
  const one = { log: 1, database: 0, other: 0 }

  let token = ''
  const registering = async () => ([token = ''] = await registerAll(broker, [body]))
  assert.deepEqual(await countFsyncs(broker.pid, registering), one)
  const renewing = async () => (token = await renew(broker, token))
  assert.deepEqual(await countFsyncs(broker.pid, renewing), one)
  assert.deepEqual(await countFsyncs(broker.pid, () => release(broker, token)), one)
})

test('an answer leaves the broker after the fsync of its change has returned', async () => {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files)
  const bodies = await prepared(broker, 1)
  const calls = ['fsync', 'fdatasync', 'write', 'writev']
  const lines = await traceCalls(broker.pid, calls, () => registerAll(broker, bodies))
  const flushed = lines.findIndex((line) => /f(?:data)?sync\W.*= 0$/.test(line))
  const answered = lines.findIndex((line) => line.includes('HTTP/1.1 200'))
  assert.notEqual(flushed, -1)
  assert.ok(flushed < answered, lines.join('\n'))
})

test('registrations at the same time share their fsyncs', async (t) => {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files)
  const bodies = await prepared(broker, 64)
  const { log, other } = await countFsyncs(broker.pid, () => registerAll(broker, bodies))
  t.diagnostic(`${log} fsyncs for 64 registrations`)
  assert.ok(log >= 1 && log <= 24, `${log} fsyncs for 64 registrations`)
  assert.equal(other, 0)
})

test('what changes nothing costs no fsync: challenges, validations, refused bearers seen before', async () => {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files)
  const [token = ''] = await registerAll(broker, await prepared(broker, 1))
  const refused = () => ask(broker, 'POST', '/v1/token/renew', { bearer: 'rubbish' })
  // The first refusal of a minute is an event; its repeats are only counted.
  await refused()
  const asking = async () => {
    for (let count = 0; count < 50; count += 1) {
      await ask(broker, 'GET', '/v1/challenge')
      await isValid(broker, token)
      await isValid(broker, `${token}x`)
      await refused()
    }
  }
  assert.deepEqual(await countFsyncs(broker.pid, asking), { log: 0, database: 0, other: 0 })
})
