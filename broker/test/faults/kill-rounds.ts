import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { brokerFiles, startBrokerProcess, launch, type BrokerFiles } from './broker-process.ts'
import { checkErrands } from './check-errands.ts'
import { CrashedStore, emptyChain } from './crashed-store.ts'
import { workUntil } from './load.ts'
import { seededChance, type Chance } from './seeded-chance.ts'

export interface KillReport {
  readonly rounds: number
  /** Starts that were themselves killed, between two rounds. */
  killedStarts: number
  errands: number
  /** Steps that were on their way when the process was killed. */
  unanswered: number
  /** Of those, the ones that had been kept. */
  keptUnanswered: number
  events: number
}

export interface KillRounds {
  readonly rounds: number
  readonly seed: number
  /** Told after each round. */
  readonly progress?: (round: number, report: KillReport) => void
}

/** A round's broker lives this long, in milliseconds, from the first request on. */
const shortest = 20
const longest = 700

/**
 * Kills a broker at a random moment under load and starts it again on the same files, so many times. Throws when
 * anything that was answered is not there, when anything was kept by halves, or when the chain does not verify.
 */
export async function killRounds({ rounds, seed, progress }: KillRounds): Promise<KillReport> {
  const chance = seededChance(seed)
  const report = newReport(rounds)
  let known = emptyChain
  await using files = await brokerFiles()
  // The very first start, which makes key and store, is cut off too.
  for (let time = 0; time < 2; time += 1)
    report.killedStarts += await killWhileStarting(files, chance)
  let broker = await startBrokerProcess(files)
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const victim = broker
      const end = async () => {
        await sleep(shortest + chance() * (longest - shortest))
        await victim.kill9()
      }
      const ledger = await workUntil(victim, { round, chance, end })
      assert.equal(victim.child.signalCode, 'SIGKILL', 'the broker ended by itself')
      if (chance() < 0.2) report.killedStarts += await killWhileStarting(files, chance)
      await using store = await CrashedStore.open(files)
      assert.deepEqual(store.findFlaws(), [])
      known = await store.verifyChain(known)
      broker = await startBrokerProcess(files)
      report.keptUnanswered += await checkErrands(broker, store, ledger)
      report.errands += ledger.length
      report.unanswered += ledger.filter(({ unanswered }) => unanswered !== undefined).length
      report.events = known.seq
      progress?.(round, report)
    }
    assert.equal(await broker.stop(), 0, broker.output())
  } finally {
    await broker.kill9()
  }
  await requireWhole(files)
  return report
}

/** A broker that is killed before, or just when, it listens. */
async function killWhileStarting(files: BrokerFiles, chance: Chance): Promise<number> {
  const child = launch(files)
  const ended = new Promise((resolve) => child.once('close', resolve))
  await sleep(chance() * 1200)
  child.kill('SIGKILL')
  await ended
  return 1
}

async function requireWhole(files: BrokerFiles): Promise<void> {
  await using store = await CrashedStore.open(files)
  assert.deepEqual(store.findFlaws(), [])
  await store.verifyChain()
}

function newReport(rounds: number): KillReport {
  return { rounds, killedStarts: 0, errands: 0, unanswered: 0, keptUnanswered: 0, events: 0 }
}
