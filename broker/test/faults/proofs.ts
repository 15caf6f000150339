// node scripts/proofs.mjs <name>: the fault proofs that take minutes. What they do in `npm test` and `test:outside`
// they do here at full size; docs/security/proofs.md holds the results.
import { parseArgs } from 'node:util'
import { treesProof } from '../model/trees-proof.ts'
import { bearerFlood } from './bearer-flood.ts'
import { floodProof } from './flood-proof.ts'
import { killRounds } from './kill-rounds.ts'
import { renewalStorms, type StormReport } from './renewal-storms.ts'
import { verifierRounds, type Outcome } from './verifier-rounds.ts'
import { raceRevocations, type RaceReport } from '../races/revocation-races.ts'
import { drawSeed } from './seeded-chance.ts'

const proofs: Readonly<Record<string, (options: Options) => Promise<unknown>>> = {
  'kill-9': proveKill,
  floods: proveFloods,
  strangers: proveStrangers,
  bearers: proveBearers,
  races: proveRaces,
  trees: proveTrees,
  renewals: proveRenewals,
  verifiers: proveVerifiers,
}

interface Options {
  readonly rounds: number
  readonly seed: number
}

/** The contract's budget of events for all strangers together, and room for one event of each overflow group. */
const eventsPerMinute = 610
const allowedGrowth = 0.05

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string' } },
})
const proof = proofs[positionals[0] ?? '']
if (proof === undefined) {
  say(`usage: node scripts/proofs.mjs ${Object.keys(proofs).join(' | ')} [--rounds=N] [--seed=N]`)
  process.exitCode = 2
} else {
  const options = { rounds: Number(values.rounds), seed: Number(values.seed ?? drawSeed()) }
  process.stdout.write(`${JSON.stringify(await proof(options), undefined, 2)}\n`)
}

async function proveKill({ rounds, seed }: Options): Promise<unknown> {
  say(`seed ${seed}`)
  const report = await killRounds({
    rounds,
    seed,
    progress: (round, { errands, unanswered, events }) =>
      say(`round ${round}: ${errands} errands, ${unanswered} steps cut off, ${events} events`),
  })
  return { seed, ...report }
}

/** Revocations against everything in flight. */
async function proveRaces({ rounds, seed }: Options): Promise<unknown> {
  say(`seed ${seed}`)
  const progress = (round: number, { issued, refused }: RaceReport) =>
    say(`round ${round}: ${issued} issued, ${refused} refused`)
  const report = await raceRevocations({ rounds, seed, progress })
  requireBound('survivors', report.survivors.length, 0)
  return { seed, ...report }
}

/** A hundred agents renew at once in each round, and answers are lost. */
async function proveRenewals({ rounds, seed }: Options): Promise<unknown> {
  say(`seed ${seed}`)
  const progress = (round: number, { lostAnswers, askedAnew }: StormReport) =>
    say(`round ${round}: ${lostAnswers} answers lost, ${askedAnew} calls made anew`)
  return { seed, ...(await renewalStorms({ agents: 100, rounds, seed, progress })) }
}

/** A token is ended while an offline verifier follows; the line between them is cut, or the broker killed, in one round of five. */
async function proveVerifiers({ rounds, seed }: Options): Promise<unknown> {
  say(`seed ${seed}`)
  const progress = (round: number, { disturbance, end, refused, recovered }: Outcome) =>
    say(
      `round ${round}: ${end}, ${disturbance}: refused after ${refused} ms, recovered after ${recovered} ms`,
    )
  const weather = { disturbed: 0.2, before: 0.5, overlong: 0.1 }
  const options = { rounds, seed, weather, maxStaleness: 5_000, progress }
  return { seed, ...(await verifierRounds(options)) }
}

/** A hundred random trees of delegation for each round, and two over HTTP, against the reference model. */
async function proveTrees({ rounds, seed }: Options): Promise<unknown> {
  say(`seed ${seed}`)
  const sizes = { domainTrees: rounds * 100, httpTrees: rounds * 2 }
  return { seed, ...(await treesProof({ ...sizes, seed, progress: say })) }
}

/** A million challenges, a hundred thousand wrong secrets. */
async function proveFloods(): Promise<unknown> {
  const report = await floodProof(
    { challenges: 100_000, signIns: 10_000, strangers: 0 },
    { challenges: 1_000_000, signIns: 100_000, strangers: 0 },
  )
  requireBound('memory', report.growth.memory, allowedGrowth)
  requireBound('database', report.growth.database, allowedGrowth)
  requireBound('files', report.growth.files, allowedGrowth)
  return report
}

/** A hundred thousand wrong secrets, each from an address of its own. */
async function proveStrangers(): Promise<unknown> {
  const report = await floodProof(
    { challenges: 0, signIns: 0, strangers: 100_000 },
    { challenges: 0, signIns: 0, strangers: 100_000 },
  )
  requireBound('memory', report.growth.memory, allowedGrowth)
  requireBound('events', report.newEvents, eventsPerMinute * (Math.ceil(report.seconds / 60) + 1))
  return report
}

/** A hundred thousand bad bearers from ten thousand addresses. */
async function proveBearers(): Promise<unknown> {
  const report = await bearerFlood(100_000, 10_000)
  const minutes = Math.ceil(report.seconds / 60) + 1
  requireBound('events', report.events, eventsPerMinute * minutes)
  requireBound('refusals not told', (report.statuses['401'] ?? 0) - report.refusalsTold, 0)
  requireBound('trails that do not verify', report.verified ? 0 : 1, 0)
  return report
}

function requireBound(what: string, measured: number, bound: number): void {
  if (measured <= bound) return
  say(`${what}: ${measured} is more than ${bound}`)
  process.exitCode = 1
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
