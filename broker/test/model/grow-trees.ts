import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import {
  asyncProperty,
  check,
  defaultReportMessage,
  type Arbitrary,
  type Parameters,
  type RunDetails,
} from 'fast-check'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { anyTree, type Tree } from './instruction.ts'
import type { Port } from './port.ts'
import { runTree } from './run-tree.ts'
import { Tally } from './tally.ts'
import type { Settings } from './world.ts'

export interface Wanted {
  readonly trees: number
  /** Printed with a failure; the same seed grows the same trees. */
  readonly seed: number
  readonly port: (running: TestBroker) => Port
  /** Told after each grove. */
  readonly progress?: (tally: Tally) => void
}

/** Trees that share a broker, one after the other. */
const groveSize = 25
/** Groves that grow side by side, for each waits now and then: for a signature, or for its disk. */
const gardeners = 4
/** A start costs as much as two trees: only in every such grove are there restarts. */
const restartInterval = 4
/** In memory where the system has such a folder: what is asked here is who lives, not what a disk forgets. */
const under = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
/** Milliseconds in which a failure is made smaller. */
const patience = 60_000

const mild: Settings = { maxTtl: 300, maxSessionAge: 86_400, adminTtl: 300, appTtl: 300 }
/** Sessions that end by their tokens, by their age, and by both. */
const climates: readonly Settings[] = [
  mild,
  { maxTtl: 120, maxSessionAge: 60, adminTtl: 45, appTtl: 90 },
  { maxTtl: 60, maxSessionAge: 150, adminTtl: 300, appTtl: 120 },
]

/** Random trees, grown in the model and in real brokers side by side; throws at the first difference. */
export async function growTrees({ trees: count, seed, port, progress }: Wanted): Promise<Tally> {
  const tally = new Tally()
  let next = 0
  const garden = async () => {
    while (next * groveSize < count) {
      const grove = next++
      const settings = climates[grove % climates.length] ?? mild
      const numRuns = Math.min(groveSize, count - grove * groveSize)
      const trees = anyTree(grove % restartInterval === 0 ? [] : ['restart'])
      await growGrove({ settings, port, tally, trees }, { numRuns, seed: seed + grove })
      progress?.(tally)
    }
  }
  await Promise.all(Array.from({ length: gardeners }, garden))
  return tally
}

interface Soil extends Pick<Wanted, 'port'> {
  readonly trees: Arbitrary<Tree>
  readonly settings: Settings
  readonly tally: Tally
}

interface Seeds {
  readonly numRuns: number
  readonly seed: number
}

async function growGrove(soil: Soil, { numRuns, seed }: Seeds): Promise<void> {
  const grown = await run(soil, { numRuns, seed, endOnFailure: true })
  if (!grown.failed) return
  // Once more on a fresh broker, and smaller and smaller.
  const path = grown.counterexamplePath ?? ''
  const again = { seed, path, interruptAfterTimeLimit: patience }
  const smaller = await run({ ...soil, tally: new Tally() }, again)
  const told = smaller.errorInstance instanceof Error ? smaller : grown
  throw new Error(defaultReportMessage(told), { cause: told.errorInstance })
}

async function run(
  { settings, port, tally, trees }: Soil,
  parameters: Parameters<[Tree]>,
): Promise<RunDetails<[Tree]>> {
  await using running = await testBroker({ environment: toEnvironment(settings), under })
  const ground = { port: port(running), settings, tally }
  const property = asyncProperty(trees, (tree) => runTree(ground, tree))
  return await check(property, parameters)
}

function toEnvironment({ maxTtl, maxSessionAge, adminTtl, appTtl }: Settings) {
  return {
    AA_MAX_TTL: String(maxTtl),
    AA_MAX_SESSION_AGE: String(maxSessionAge),
    AA_ADMIN_TOKEN_TTL: String(adminTtl),
    AA_APP_TOKEN_TTL: String(appTtl),
  }
}
