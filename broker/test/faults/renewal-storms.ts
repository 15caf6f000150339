import assert from 'node:assert/strict'
import { setImmediate as aTurnOfTheLoop } from 'node:timers/promises'
import { Broker, Operator, TransportError, type Agent } from '@agentwrit/client'
import type { AuditEvent } from '@agentwrit/protocol'
import { FaultProxy } from '../../../bench/src/fault-proxy/fault-proxy.ts'
import { decodeToken } from '../decode-token.ts'
import { adminSecret, registerAgent } from '../test-broker.ts'
import { brokerFiles, startBrokerProcess } from './broker-process.ts'
import { seededChance } from './seeded-chance.ts'

export interface RenewalStorms {
  readonly agents: number
  readonly rounds: number
  readonly seed: number
  /** What the agents send with; tests spoil it. */
  readonly fetch?: typeof fetch
  /** Told after every tenth round. */
  readonly progress?: (round: number, report: StormReport) => void
}

export interface StormReport {
  rounds: number
  renewals: number
  /** Answers that were given and never arrived, whole or from the middle on. */
  lostAnswers: number
  /** Requests that never arrived. */
  lostRequests: number
  /** Requests that arrived twice. */
  doubled: number
  /** Renewals that all attempts of one call could not bring about. */
  askedAnew: number
  /** `token_renewal_repeated` in the audit trail. */
  repeated: number
}

interface Member {
  readonly agent: Agent
  readonly agentId: string
  /** Every token that it has had, the present one last. */
  readonly tokens: string[]
}

/** Of the requests for a renewal; the rest passes. */
const lossRate = 0.1
const otherRate = 0.03
/** Milliseconds: nothing here is about how fast the machine is. */
const patience = 60_000

const signsOfTrouble: ReadonlySet<string> = new Set([
  'token_reuse_detected',
  'token_renewal_failed',
  'token_revoked',
  'revocation_effect',
])

/**
 * All agents renew at once, each twice, while a proxy loses answers, and some requests, and doubles others. Throws when an
 * agent is lost or another one, when it has more or less than one live token, and when the audit trail of its session is not
 * one unbroken line of renewals.
 */
export async function renewalStorms(storms: RenewalStorms): Promise<StormReport> {
  const { agents, rounds, seed, progress } = storms
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files)
  await using proxy = await FaultProxy.start({ target: broker.url, chance: seededChance(seed) })
  const judge = new Broker(broker.url, { timeout: patience })
  const operator = await Operator.signIn({ broker: judge, secret: adminSecret })
  const members = await Promise.all(
    Array.from({ length: agents }, () => enlist(operator, toClient(proxy, storms.fetch))),
  )
  const weather = brew(proxy)
  const report = { ...noReport, renewals: agents * rounds }
  for (let round = 1; round <= rounds; round += 1) {
    report.askedAnew += await renewAll(members)
    await Promise.all(members.map((member) => checkTokens(judge, member)))
    Object.assign(report, { rounds: round, ...weather.counts() })
    if (round % 10 === 0) progress?.(round, report)
  }
  report.repeated = await checkTrail(operator, members)
  // Whatever reached the broker beyond the first time was answered as a repeat.
  const { matches } = weather.lostAnswers
  assert.equal(report.repeated, matches - report.lostRequests + report.doubled - report.renewals)
  return report
}

const noReport: StormReport = {
  rounds: 0,
  renewals: 0,
  lostAnswers: 0,
  lostRequests: 0,
  doubled: 0,
  askedAnew: 0,
  repeated: 0,
}

function toClient(proxy: FaultProxy, send: typeof fetch = fetch): Broker {
  const surroundings = { sleep: () => aTurnOfTheLoop() }
  return new Broker(proxy.url, { surroundings, fetch: send, timeout: patience })
}

async function enlist(operator: Operator, broker: Broker): Promise<Member> {
  const scope = ['read:sales:*']
  const agent = await registerAgent(broker, operator, { scope })
  return { agent, agentId: agent.agentId, tokens: [await agent.token()] }
}

function brew(proxy: FaultProxy) {
  const path = '/v1/token/renew'
  const lostAnswers = proxy.fail({ path, probability: lossRate, at: 'answer', action: 'cut' })
  const others = [
    proxy.fail({ path, probability: otherRate, at: 'body', after: 20, action: 'cut' }),
    proxy.fail({ path, probability: otherRate, at: 'request', action: 'cut' }),
    proxy.fail({ path, probability: otherRate, at: 'request', action: 'duplicate' }),
  ] as const
  const [brokenAnswers, lostRequests, doubled] = others
  return {
    lostAnswers,
    counts: () => ({
      lostAnswers: lostAnswers.strikes + brokenAnswers.strikes,
      lostRequests: lostRequests.strikes,
      doubled: doubled.strikes,
    }),
  }
}

/** Resolves to how often calls were made anew. */
async function renewAll(members: readonly Member[]): Promise<number> {
  const over = new AbortController()
  try {
    const calls = members.map(({ agent }) => renewUntilAnswered(agent, over.signal))
    const anew = await Promise.all(calls)
    return anew.reduce((sum, times) => sum + times, 0)
  } finally {
    // When one has failed, the others need not go on.
    over.abort()
  }
}

/** When no attempt of a call was answered the agent knows no more than that. */
async function renewUntilAnswered(agent: Agent, signal: AbortSignal): Promise<number> {
  for (let anew = 0; ; anew += 1) {
    try {
      await Promise.all([agent.renew({ signal }), agent.renew({ signal })])
      return anew
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
    }
  }
}

async function checkTokens(judge: Broker, { agent, agentId, tokens }: Member): Promise<void> {
  const before = tokens.at(-1) ?? ''
  const now = await agent.token()
  tokens.push(now)
  assert.equal((await judge.validate(before)).valid, false, 'the renewed token is dead')
  const result = await judge.validate(now)
  assert.equal(result.valid && result.claims.sub, agentId)
  assert.equal(agent.agentId, agentId)
}

/** Resolves to the number of repeats. Each session is one line: issued, then renewed from token to token, up to the live one. */
async function checkTrail(operator: Operator, members: readonly Member[]): Promise<number> {
  assert.equal((await operator.verifyAudit()).ok, true)
  const events = new Map<string, AuditEvent[]>()
  for (const { agentId } of members) events.set(agentId, [])
  let repeated = 0
  for await (const event of operator.listAuditEvents({ pageSize: 1000 })) {
    assert.ok(!signsOfTrouble.has(event.event_type), JSON.stringify(event))
    if (event.event_type === 'token_renewal_repeated') repeated += 1
    if (event.event_type === 'token_issued' || event.event_type === 'token_renewed')
      events.get(event.agent_id ?? '')?.push(event)
  }
  for (const { agentId, tokens } of members) {
    const line = (events.get(agentId) ?? []).toSorted((left, right) => left.seq - right.seq)
    const jtis = tokens.map((token) => decodeToken(token).jti)
    assert.deepEqual(
      line.map(({ jti, detail }) => [jti, /\bold_jti=([0-9a-f]+)/.exec(detail)?.[1]]),
      jtis.map((jti, index) => [jti, jtis[index - 1]]),
      agentId,
    )
  }
  return repeated
}
