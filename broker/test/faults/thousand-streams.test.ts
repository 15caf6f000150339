// Contract 1.9 at full size: a real process, a thousand connections, over a hundred principals.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../ask.ts'
import { decodeToken } from '../decode-token.ts'
import { untilOpened, type StreamClient } from '../http/stream-client.ts'
import { adminSecret } from '../test-broker.ts'
import { brokerFiles, startBrokerProcess, type BrokerProcess } from './broker-process.ts'
import { follow, makePrincipals, manyAddresses, openCrowd } from './crowd-of-streams.ts'
import { isValid, signIn } from './errand.ts'
import { footprint, growth, measurable } from './footprint.ts'

const environment = manyAddresses

/** The contract's caps. */
const [most, mostOfOne] = [1000, 10]

test('a thousand streams are open at a time, all of them hear what happens, and whoever asks is answered', async () => {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files, { environment })
  const principals = await makePrincipals(broker, most / mostOfOne + 1)
  const [first = '', last = ''] = [principals[0], principals.at(-1)]
  const streams = await openCrowd(broker, principals.slice(0, -1), mostOfOne)
  assert.equal(streams.length, most)

  const operator = await signIn(broker, adminSecret)
  for (const bearer of [last, operator]) await assertFull(broker, bearer)
  assert.equal(await isValid(broker, last), true)
  assert.equal((await ask(broker, 'GET', '/v1/health')).body['status'], 'ok')

  // The sign-ins of one principal: its ten streams end, the others are told.
  const { sub } = decodeToken(first)
  const body = { level: 'agent', target: sub }
  assert.equal((await ask(broker, 'POST', '/v1/revoke', { bearer: operator, body })).status, 200)
  await Promise.all(streams.slice(0, mostOfOne).map((stream) => stream.ended()))
  const others = streams.slice(mostOfOne)
  await Promise.all(others.map((stream) => stream.next('revocation')))

  const again = await openCrowd(broker, [last], mostOfOne)
  await assertFull(broker, operator)
  others[0]?.[Symbol.dispose]()
  using admitted = await untilOpened(() => follow(broker, operator))
  await admitted.next('fresh')
  end([...others, ...again])
})

test('the memory of a thousand streams is bounded, and given back with them', async (t) => {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files, { ...measurable, environment })
  const principals = await makePrincipals(broker, most / mostOfOne)
  const idle = await footprint(broker, files)
  const streams = await openCrowd(broker, principals, mostOfOne)
  const full = await footprint(broker, files)
  end(streams)
  const before = await footprint(broker, files)
  end(await openCrowd(broker, principals, mostOfOne))
  const after = await footprint(broker, files)
  t.diagnostic(JSON.stringify([idle, full, before, after].map(({ memory }) => memory)))
  assert.ok(full.memory - idle.memory <= most * 64 * 1024, 'a stream takes more than 64 KiB')
  assert.ok(growth(before.memory, after.memory) <= 0.05, 'streams that ended have left something')
})

async function assertFull(broker: BrokerProcess, bearer: string): Promise<void> {
  using refused = await follow(broker, bearer)
  assert.equal(refused.status, 503)
  assert.equal(refused.headers['retry-after'], '1')
  await refused.ended()
  assert.equal(JSON.parse(refused.text()).error_code, 'service_unavailable')
}

function end(streams: readonly StreamClient[]): void {
  for (const stream of streams) stream[Symbol.dispose]()
}
