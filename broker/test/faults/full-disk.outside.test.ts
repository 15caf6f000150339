import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import type { RegisterRequest } from '@agentwrit/protocol'
import { ask, assertProblem, type Answer } from '../ask.ts'
import { adminSecret } from '../test-broker.ts'
import { brokerFiles, startBrokerProcess, type BrokerProcess } from './broker-process.ts'
import { CrashedStore } from './crashed-store.ts'
import { isValid, makeLaunchToken, prepare, release, renew, signIn } from './errand.ts'
import { smallDisk } from './small-disk.ts'

/** Everything a test can ask for, made while there is room. */
interface Belongings {
  readonly operator: string
  readonly launchToken: string
  readonly agents: readonly string[]
}

const names = ['first', 'second', 'third']

async function prepareAll(broker: BrokerProcess): Promise<Belongings> {
  const operator = await signIn(broker, adminSecret)
  const agents: string[] = []
  for (const name of names) {
    const launchToken = await makeLaunchToken(broker, operator, name)
    const answer = await register(broker, await prepare(broker, launchToken, name))
    assert.equal(answer.status, 200)
    agents.push(String(answer.body['access_token']))
  }
  return { operator, agents, launchToken: await makeLaunchToken(broker, operator, 'last') }
}

function register(broker: BrokerProcess, body: RegisterRequest): Promise<Answer> {
  return ask(broker, 'POST', '/v1/register', { body })
}

function createLaunchToken(broker: BrokerProcess, bearer: string, name: string): Promise<Answer> {
  const body = { agent_name: name, allowed_scope: ['read:data:*'], ttl: 3600 }
  return ask(broker, 'POST', '/v1/admin/launch-tokens', { bearer, body })
}

/** The log has a little room left that it had taken before: enough for a small change now and then. */
async function changeUntilFull(broker: BrokerProcess, bearer: string): Promise<void> {
  let refused = 0
  for (let count = 0; count < 500 && refused < 5; count += 1) {
    const { status } = await createLaunchToken(broker, bearer, `filler-${count}`)
    assert.ok(status === 201 || status === 503)
    refused = status === 503 ? refused + 1 : 0
  }
  await untilReadiness(broker, 503)
}

/** The smallest change there is, made once a second at most, has to succeed or fail. */
async function untilReadiness(broker: BrokerProcess, status: 200 | 503): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await ask(broker, 'GET', '/readyz')).status === status) return
    await sleep(50)
  }
  assert.fail(`readyz does not come to answer ${status}`)
}

async function refusesChanges(
  broker: BrokerProcess,
  { operator, agents: [bearer = ''] }: Belongings,
  registration: RegisterRequest,
): Promise<void> {
  const refused = [
    await register(broker, registration),
    await createLaunchToken(broker, operator, 'never'),
    await ask(broker, 'POST', '/v1/token/renew', { bearer }),
    await ask(broker, 'POST', '/v1/token/release', { bearer }),
    await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: adminSecret } }),
  ]
  for (const answer of refused) {
    assertProblem(answer, 503, 'service_unavailable')
    assert.equal(answer.headers.get('retry-after'), '1')
    // It is certain that nothing has changed.
    assert.equal(answer.body['hint'], undefined)
  }
}

async function goesOnReading(broker: BrokerProcess, { operator, agents }: Belongings) {
  for (const token of [operator, ...agents]) assert.ok(await isValid(broker, token))
  assert.equal(await isValid(broker, `${operator}x`), false)
  const paths = ['/v1/challenge', '/v1/health', '/livez', '/.well-known/jwks.json', '/v1/metrics']
  for (const path of paths) {
    const answer = await broker.fetch(`http://broker.test${path}`)
    assert.equal(answer.status, 200, path)
    await answer.body?.cancel()
  }
  const listed = await ask(broker, 'GET', '/v1/admin/launch-tokens', { bearer: operator })
  assert.equal(listed.status, 200)
  assertProblem(await ask(broker, 'GET', '/readyz'), 503, 'service_unavailable')
}

async function keepsItsRefusals(
  broker: BrokerProcess,
  { operator, agents: [bearer = ''] }: Belongings,
  registration: RegisterRequest,
): Promise<void> {
  const wrong = { secret: 'a wrong secret, but long enough' }
  assertProblem(await ask(broker, 'POST', '/v1/admin/auth', { body: wrong }), 401, 'unauthorized')
  const rubbish = await ask(broker, 'POST', '/v1/token/renew', { bearer: 'rubbish' })
  assertProblem(rubbish, 401, 'unauthorized')
  const admin = await ask(broker, 'POST', '/v1/token/renew', { bearer: operator })
  assertProblem(admin, 403, 'forbidden')
  const unscoped = await ask(broker, 'GET', '/v1/admin/launch-tokens', { bearer })
  assertProblem(unscoped, 403, 'insufficient_scope')
  const wide = await register(broker, { ...registration, requested_scope: ['write:data:*'] })
  assertProblem(wide, 403, 'scope_violation')
  const unknown = await register(broker, { ...registration, launch_token: 'ab'.repeat(32) })
  assertProblem(unknown, 401, 'unauthorized')
}

/** What was refused before works now, with the very same requests. */
async function hasRecovered(
  broker: BrokerProcess,
  { agents: [first = '', second = ''] }: Belongings,
  registration: RegisterRequest,
): Promise<void> {
  assert.equal((await register(broker, registration)).status, 200)
  assert.equal((await register(broker, registration)).status, 401)
  const successor = await renew(broker, first)
  assert.deepEqual([await isValid(broker, first), await isValid(broker, successor)], [false, true])
  await release(broker, second)
  assert.equal(await isValid(broker, second), false)
  await signIn(broker, adminSecret)
}

test('on a full disk changes answer 503 and leave nothing behind, reads go on, and room is enough to recover', async () => {
  await using disk = await smallDisk(8192)
  await using files = await brokerFiles(disk.folder)
  await using earlier = await startBrokerProcess(files)
  const belongings = await prepareAll(earlier)
  assert.equal(await earlier.stop(), 0)

  // To this broker every token is new, save one that it has seen.
  await using broker = await startBrokerProcess(files)
  assert.ok(await isValid(broker, belongings.agents[2] ?? ''))
  const registration = await prepare(broker, belongings.launchToken, 'last')
  disk.fill()
  await changeUntilFull(broker, belongings.operator)

  await refusesChanges(broker, belongings, registration)
  await goesOnReading(broker, belongings)
  await keepsItsRefusals(broker, belongings, registration)
  await refusesChanges(broker, belongings, registration)

  await disk.clear()
  await untilReadiness(broker, 200)
  await hasRecovered(broker, belongings, registration)
  assert.equal(await broker.stop(), 0, broker.output())
  await using store = await CrashedStore.open(files)
  assert.deepEqual(store.findFlaws(), [])
  await store.verifyChain()
})

test('a broker killed on a full disk has lost nothing when it starts again with room', async () => {
  await using disk = await smallDisk(8192)
  await using files = await brokerFiles(disk.folder)
  await using killed = await startBrokerProcess(files)
  const belongings = await prepareAll(killed)
  const registration = await prepare(killed, belongings.launchToken, 'last')
  disk.fill()
  await changeUntilFull(killed, belongings.operator)
  await refusesChanges(killed, belongings, registration)
  await killed.kill9()

  await disk.clear()
  await using broker = await startBrokerProcess(files)
  for (const token of belongings.agents) assert.ok(await isValid(broker, token))
  await hasRecovered(broker, belongings, registration)
  assert.equal(await broker.stop(), 0, broker.output())
  await using store = await CrashedStore.open(files)
  assert.deepEqual(store.findFlaws(), [])
  await store.verifyChain()
})

test('a broker told to stop on a full disk ends with exit code 0', async () => {
  await using disk = await smallDisk(8192)
  await using files = await brokerFiles(disk.folder)
  await using broker = await startBrokerProcess(files)
  const { operator } = await prepareAll(broker)
  disk.fill()
  await changeUntilFull(broker, operator)
  assert.equal(await broker.stop(), 0, broker.output())
  await using store = await CrashedStore.open(files)
  assert.deepEqual(store.findFlaws(), [])
})

test('a broker that starts on a full disk is not ready, and serves what can be read', async () => {
  await using disk = await smallDisk(8192)
  await using files = await brokerFiles(disk.folder)
  await using earlier = await startBrokerProcess(files)
  const belongings = await prepareAll(earlier)
  disk.fill()
  await changeUntilFull(earlier, belongings.operator)
  assert.equal(await earlier.stop(), 0, earlier.output())

  disk.fill()
  await using broker = await startBrokerProcess(files)
  await untilReadiness(broker, 503)
  assert.ok(await isValid(broker, belongings.agents[0] ?? ''))
  await disk.clear()
  await untilReadiness(broker, 200)
  assert.equal(await broker.stop(), 0, broker.output())
})
