import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { Broker, Operator } from '@agentwrit/client'
import { quantile } from '../../../bench/src/statistics.ts'
import { adminSecret } from '../test-broker.ts'
import { brokerFiles } from './broker-process.ts'
import { ResourceServer } from './resource-server-process.ts'
import { seededChance, type Chance } from './seeded-chance.ts'
import { DisturbedBroker } from './verifier-disturbances.ts'
import { emergency, enlist, victims, type Scene } from './verifier-victims.ts'

export interface VerifierRounds {
  readonly rounds: number
  readonly seed: number
  readonly weather: Weather
  /** Milliseconds. */
  readonly maxStaleness: number
  /** Told after each round. */
  readonly progress?: (round: number, outcome: Outcome) => void
}

/** Shares, from 0 to 1. */
export interface Weather {
  /** Of the rounds. */
  readonly disturbed: number
  /** Of the disturbances, those that begin before the revocation, where the broker can then still be told. */
  readonly before: number
  /** Of the disturbances, those that last longer than what is known may be relied on. */
  readonly overlong: number
}

export interface VerifierReport {
  readonly maxStaleness: number
  /** By disturbance. */
  readonly measured: Readonly<Record<string, Measured>>
  /** Rounds, by what ended the token. */
  readonly ends: Readonly<Record<string, number>>
}

/** Times in milliseconds, counted from when the revocation was answered, or the broker could be reached again, if that was later. */
interface Measured {
  readonly rounds: number
  /** Until the dead token was refused. */
  readonly refused: Spread
  /** Until it was refused because it was known to be dead, and a living one was accepted. */
  readonly recovered: Spread
  /** Rounds in which it took more than a second until the dead token was refused. */
  readonly beyondOneSecond: number
}

interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** What came of a round; times as in `Measured`. */
export interface Outcome {
  readonly disturbance: string
  /** Of the token. */
  readonly end: string
  readonly refused: number
  readonly recovered: number
}

const longestLead = 300
const longestOutage = 2_000
const emergencies = 0.03
/** Milliseconds: nothing here is about how fast the machine is. */
const patience = 60_000

/**
 * Ends a token that a verifier in another process has accepted, over and over, while the line between the two is cut or held,
 * or the broker killed. Throws when the dead token is accepted on knowledge older than `maxStaleness`, or once more after it
 * was refused, and when the verifier does not recover.
 */
export async function verifierRounds(options: VerifierRounds): Promise<VerifierReport> {
  const { rounds, seed, maxStaleness, progress } = options
  const chance = seededChance(seed)
  await using files = await brokerFiles()
  await using target = await DisturbedBroker.start(files)
  const broker = new Broker(target.url, { timeout: patience })
  const operator = await Operator.signIn({ broker, secret: adminSecret })
  await using server = await ResourceServer.start(operator, {
    broker: target.line.url,
    maxStaleness,
  })
  const outcomes: Outcome[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const scene = { broker, operator, round }
    const outcome = await playRound({ scene, target, server, chance, options })
    outcomes.push(outcome)
    progress?.(round, outcome)
  }
  assert.equal(await server.close(), 0)
  return toReport(outcomes, maxStaleness)
}

interface Round {
  readonly scene: Scene
  readonly target: DisturbedBroker
  readonly server: ResourceServer
  readonly chance: Chance
  readonly options: VerifierRounds
}

async function playRound(round: Round): Promise<Outcome> {
  const { scene, server, chance } = round
  const end = chance() < emergencies ? emergency : pick(chance, victims, emergency)
  const neighbour = await enlist(scene, `neighbour-${scene.round}`)
  const victim = await victims[end]?.(scene)
  assert.ok(victim)
  for (const token of [victim.token, await neighbour.token()]) await server.untilAccepted(token)
  await server.watch(victim.token)
  const { disturbance, revokedAt, backAt } = await disturb(round, victim.kill)
  const living = end === emergency ? await enlist(scene, 'after') : neighbour
  const watched = await inTime(server.settle(await living.token()), `${disturbance}, ${end}`)
  const age = watched.lastAcceptedAt - revokedAt
  assert.ok(age <= round.options.maxStaleness, `accepted after ${age} ms: ${disturbance}, ${end}`)
  assert.equal(watched.acceptedAgain, 0, `accepted again: ${disturbance}, ${end}`)
  // The next round begins with a verifier that hears of everything.
  const last = await living.token()
  await living.release()
  await inTime(server.untilRevoked(last), `${disturbance}, ${end}`)
  const since = Math.max(revokedAt, backAt)
  return {
    disturbance,
    end,
    refused: Math.max(0, watched.firstRefusedAt - since),
    recovered: Math.max(0, watched.settledAt - since),
  }
}

/** Kills the victim before or while the verifier is cut off, and mends what was broken. */
async function disturb({ target, chance, options, scene }: Round, kill: () => Promise<unknown>) {
  const name =
    chance() < options.weather.disturbed ? pick(chance, target.disturbances, 'none') : 'none'
  const disturbance = target.disturbances[name]
  assert.ok(disturbance)
  const strike = async () => {
    await kill()
    return Date.now()
  }
  const isBefore = name !== 'none' && disturbance.leavesBroker && chance() < options.weather.before
  if (isBefore) {
    await disturbance.begin()
    await sleep(chance() * longestLead)
  }
  const revokedAt = await strike()
  if (!isBefore) await disturbance.begin()
  if (disturbance.lasts) await sleep(outage(chance, options))
  await disturbance.end()
  const backAt = name === 'none' ? revokedAt : Date.now()
  // What the client kept of connections to a broker that is no more is gone after this.
  await scene.broker.health()
  return { disturbance: name, revokedAt, backAt }
}

function outage(chance: Chance, { weather, maxStaleness }: VerifierRounds): number {
  const most = Math.min(longestOutage, maxStaleness)
  return chance() < weather.overlong ? maxStaleness + chance() * 2_000 : chance() * most
}

function pick(chance: Chance, from: Readonly<Record<string, unknown>>, except: string): string {
  const names = Object.keys(from).filter((name) => name !== except)
  return names[Math.floor(chance() * names.length)] ?? ''
}

async function inTime<Value>(work: Promise<Value>, what: string): Promise<Value> {
  const over = new AbortController()
  const late = sleep(patience, undefined, { signal: over.signal }).then(() => {
    throw new Error(`the verifier has not recovered: ${what}`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    late.catch(() => undefined)
    over.abort()
  }
}

function toReport(outcomes: readonly Outcome[], maxStaleness: number): VerifierReport {
  const measured: Record<string, Measured> = {}
  for (const [name, some] of Object.entries(Object.groupBy(outcomes, (one) => one.disturbance))) {
    const refused = (some ?? []).map((one) => one.refused)
    measured[name] = {
      rounds: refused.length,
      refused: toSpread(refused),
      recovered: toSpread((some ?? []).map((one) => one.recovered)),
      beyondOneSecond: refused.filter((milliseconds) => milliseconds > 1_000).length,
    }
  }
  const byEnd = Object.entries(Object.groupBy(outcomes, ({ end }) => end))
  const ends = Object.fromEntries(byEnd.map(([end, some]) => [end, some?.length ?? 0]))
  return { maxStaleness, measured, ends }
}

function toSpread(values: readonly number[]): Spread {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: Math.max(...values) }
}
