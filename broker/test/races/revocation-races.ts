import assert from 'node:assert/strict'
import { seededChance, type Chance } from '../faults/seeded-chance.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { verbsOf, type Verbs } from './ask-verbs.ts'
import { layOut, racers, tokensOf } from './field.ts'
import { kills } from './kills.ts'
import { judge } from './oracle.ts'

export interface Races {
  readonly rounds: number
  readonly seed: number
  /** Which kills take part, by name; all of them by default. */
  readonly only?: readonly string[]
  /** Ends before all rounds are run; by default never. */
  readonly isEnough?: (report: RaceReport) => boolean
  /** Told after every hundred rounds. */
  readonly progress?: (round: number, report: RaceReport) => void
}

export interface RaceReport {
  rounds: number
  /** Tokens that were issued while the kill was under way. */
  issued: number
  /** Calls that were refused meanwhile. */
  refused: number
  /** Tokens that should have been dead and were not. */
  survivors: string[]
}

/** Milliseconds between laying out and racing: what is issued in the race lives that much longer than what was before. */
const HEAD_START = 2000

/**
 * A revocation races with renewals, delegations and registrations in flight (law 4). What it covers must be dead when
 * everybody has been answered, and still be dead when the broker has forgotten all that it may forget by then.
 */
export async function raceRevocations(races: Races): Promise<RaceReport> {
  const { rounds, seed, only = Object.keys(kills), isEnough, progress } = races
  const report: RaceReport = { rounds: 0, issued: 0, refused: 0, survivors: [] }
  const chance = seededChance(seed)
  await using broker = await testBroker({ environment: { AA_ADMIN_TOKEN_TTL: '60' } })
  const verbs = verbsOf(broker.broker.context)
  for (let round = 0; round < rounds; round += 1) {
    await raceOnce({ broker, verbs, chance, report, kill: only[round % only.length] ?? '' })
    report.rounds += 1
    if (report.rounds % 100 === 0) progress?.(report.rounds, report)
    if (isEnough?.(report) === true) break
  }
  return report
}

interface Round {
  readonly broker: TestBroker
  readonly verbs: Verbs
  readonly chance: Chance
  readonly report: RaceReport
  readonly kill: string
}

async function raceOnce({ broker, verbs, chance, report, kill }: Round): Promise<void> {
  const { context } = verbs
  const field = await layOut(verbs, report.rounds)
  const before = tokensOf(field)
  broker.advance(HEAD_START)
  const { seq: since } = await context.store.head()
  const strike = kills[kill]
  assert.ok(strike, kill)

  const runners = shuffle(racers(verbs, field, report.rounds), chance)
  const place = Math.floor(chance() * (runners.length + 1))
  const inFlight: Promise<string | undefined>[] = []
  for (const run of runners.slice(0, place)) inFlight.push(attempt(run, report))
  await pause(chance)
  const struck = strike(verbs, field)
  for (const run of runners.slice(place)) inFlight.push(attempt(run, report))
  await struck
  const issued = (await Promise.all(inFlight)).filter((token) => token !== undefined)
  report.issued += issued.length

  const { mustBeDead, isIssuedTooLate } = await judge(context, { before, since })
  report.survivors.push(...issued.filter(isIssuedTooLate).map(() => `${kill}, issued too late`))
  const dead = [...before, ...issued].filter(mustBeDead)
  const find = async (when: string) => {
    for (const token of dead) {
      if ((await broker.client.validate(token)).valid) report.survivors.push(`${kill}, ${when}`)
    }
  }
  await find('at once')
  // Past the end of all that lived before the race: an entry need not be remembered any longer.
  broker.advance(300_000 - HEAD_START)
  context.live.revocations.forgetExpired(broker.now())
  await find('when it may be forgotten')
  broker.advance(HEAD_START)
}

async function attempt(
  run: () => Promise<string>,
  report: RaceReport,
): Promise<string | undefined> {
  try {
    return await run()
  } catch (error) {
    assert.equal(error instanceof Error && error.name, 'Fault', String(error))
    report.refused += 1
    return undefined
  }
}

/** A few turns of the loop, or none: the kill comes at another moment of those before it. */
async function pause(chance: Chance): Promise<void> {
  const turns = Math.floor(chance() * 4)
  for (let turn = 0; turn < turns; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

function shuffle<Item>(items: readonly Item[], chance: Chance): Item[] {
  return items
    .map((item) => ({ item, order: chance() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ item }) => item)
}
