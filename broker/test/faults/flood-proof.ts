import assert from 'node:assert/strict'
import { adminSecret } from '../test-broker.ts'
import {
  brokerFiles,
  startBrokerProcess,
  type BrokerFiles,
  type BrokerProcess,
} from './broker-process.ts'
import { signIn } from './errand.ts'
import { flood, getRequest, postRequest, type Statuses } from './flood.ts'
import { countRefusals, footprint, growth, measurable, type Footprint } from './footprint.ts'

export interface FloodSize {
  readonly challenges: number
  /** Wrong secrets from one address: nearly all are rate limited. */
  readonly signIns: number
  /** Wrong secrets from an address each: no limit stops them. */
  readonly strangers: number
}

export interface FloodReport {
  readonly before: Footprint
  readonly after: Footprint
  readonly growth: { readonly memory: number; readonly database: number; readonly files: number }
  readonly newEvents: number
  readonly statuses: Statuses
  readonly seconds: number
}

/** Rows that a broker in use has anyway, so that growth has something to be compared with. */
const launchTokens = 3000
const mostWarmUps = 8

/**
 * Floods a broker with challenges and wrong secrets and compares what it takes up before and after. First come floods of
 * the same kinds, each as large as `warmUp`, until memory is steady: they fill what is filled once, caches, limiters and
 * compiled code.
 */
export async function floodProof(warmUp: FloodSize, size: FloodSize): Promise<FloodReport> {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files, {
    ...measurable,
    // The flood names its addresses by itself.
    environment: { AA_TRUSTED_PROXIES: '127.0.0.1/32' },
  })
  await fillStore(broker)
  const { before, refused, strangers } = await floodUntilSteady(broker, files, warmUp)
  const startedAt = performance.now()
  const statuses = await floodAll(broker, size, strangers)
  const seconds = (performance.now() - startedAt) / 1000
  const after = await footprint(broker, files)
  assert.equal(await broker.stop(), 0)
  // However few events there are, no refusal is missing in their counts.
  assert.equal(countRefusals(files), refused + countRefused(statuses))
  return {
    before,
    after,
    growth: {
      memory: growth(before.memory, after.memory),
      database: growth(before.database, after.database),
      files: growth(before.files, after.files),
    },
    newEvents: after.events - before.events,
    statuses,
    seconds,
  }
}

async function fillStore(broker: BrokerProcess): Promise<void> {
  const headers = `authorization: Bearer ${await signIn(broker, adminSecret)}\r\n`
  const body = { agent_name: 'agent', allowed_scope: ['read:data:*'], ttl: 3600 }
  const making = postRequest('/v1/admin/launch-tokens', body, headers)
  const made = await flood({ url: broker.url, requests: launchTokens, request: () => making })
  assert.deepEqual(made, { 201: launchTokens })
}

/** Memory is steady when a flood has changed it by less than a hundredth. */
async function floodUntilSteady(broker: BrokerProcess, files: BrokerFiles, size: FloodSize) {
  let [refused, strangers] = [0, 0]
  let before: Footprint | undefined
  for (let round = 1; round <= mostWarmUps; round += 1) {
    refused += countRefused(await floodAll(broker, size, strangers))
    strangers += size.strangers
    const now = await footprint(broker, files)
    const isSteady = before !== undefined && Math.abs(now.memory / before.memory - 1) < 0.01
    before = now
    if (isSteady) return { before, refused, strangers }
  }
  throw new Error('the memory of the broker does not become steady')
}

/** Addresses are numbered from `known` on, so that strangers are new ones. */
async function floodAll(broker: BrokerProcess, size: FloodSize, known: number): Promise<Statuses> {
  const { url } = broker
  const challenge = getRequest('/v1/challenge')
  const challenged = await flood({ url, requests: size.challenges, request: () => challenge })
  assert.equal(challenged['200'] ?? 0, size.challenges)

  const { signIns, strangers } = size
  const refused = await flood({
    url,
    requests: signIns + strangers,
    request: (index) =>
      failedSignIn(index, index < signIns ? '192.0.2.1' : addressOf(known + index)),
  })
  const { 401: wrong = 0, 429: limited = 0, 503: busy = 0 } = refused
  assert.equal(wrong + limited + busy, signIns + strangers, JSON.stringify(refused))
  return { ...challenged, ...refused }
}

function countRefused({ 401: wrong = 0, 429: limited = 0 }: Statuses): number {
  return wrong + limited
}

function failedSignIn(index: number, address: string): string {
  const body = { secret: `a wrong secret, number ${index}` }
  return postRequest('/v1/admin/auth', body, `x-forwarded-for: ${address}\r\n`)
}

function addressOf(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}
