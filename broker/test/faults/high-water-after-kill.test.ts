import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { adminSecret } from '../test-broker.ts'
import {
  BrokerEnded,
  brokerFiles,
  startBrokerProcess,
  type BrokerFiles,
  type BrokerProcess,
} from './broker-process.ts'
import { signIn } from './errand.ts'
import { seededChance } from './seeded-chance.ts'

const rounds = 10
/** Milliseconds: around the second after which the file is written. */
const longest = 1300

const highWaterOf = ({ databasePath }: BrokerFiles) => `${databasePath}.high-water`

/** Commits without pause until the broker is gone. */
async function workUntilKilled(broker: BrokerProcess, lifetime: number): Promise<void> {
  const killed = new AbortController()
  const working = work(broker, killed.signal)
  await sleep(lifetime)
  await broker.kill9()
  killed.abort()
  await working
}

async function work(broker: BrokerProcess, killed: AbortSignal): Promise<void> {
  while (!killed.aborted) await signIn(broker, adminSecret).catch(() => sleep(5))
}

test('kill -9 at any moment leaves a high-water file that the next start agrees with', async (t) => {
  await using files = await brokerFiles()
  const chance = seededChance(20)
  const reached: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const broker = await startBrokerProcess(files)
    await workUntilKilled(broker, chance() * longest)
    assert.ok(existsSync(highWaterOf(files)))
    assert.equal(statSync(highWaterOf(files)).mode & 0o777, 0o600)
    reached.push(Number(JSON.parse(readFileSync(highWaterOf(files), 'utf8')).seq))
  }
  t.diagnostic(`events remembered: ${reached.join(' ')}`)
  assert.deepEqual(
    reached,
    reached.toSorted((one, other) => one - other),
  )
  assert.ok((reached.at(-1) ?? 0) > 0)
  await using last = await startBrokerProcess(files)
  assert.equal(await last.stop(), 0)
})

test('after an orderly stop the file names the very last event', async () => {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files)
  for (let count = 0; count < 3; count += 1) await signIn(broker, adminSecret)
  assert.equal(await broker.stop(), 0)
  assert.equal(JSON.parse(readFileSync(highWaterOf(files), 'utf8')).seq, 3)
})

test('a garbled high-water file stops the start and is named, with the way out', async () => {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files)
  await broker.stop()
  writeFileSync(highWaterOf(files), 'garbage')
  await assert.rejects(startBrokerProcess(files), (error) => {
    assert.ok(error instanceof BrokerEnded)
    assert.equal(error.exitCode, 1)
    // One sentence or two for the person who started it, and no stack.
    assert.match(
      error.output,
      /^FATAL: [^\n]*data\.db\.high-water[^\n]*`awrit restore accept`[^\n]*\n$/,
    )
    return true
  })
})
