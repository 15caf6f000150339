import {
  asyncProperty,
  check,
  defaultReportMessage,
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
/** Groves that grow side by side: each waits for its disk most of the time. */
const gardeners = 12
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
export async function growTrees({ trees, seed, port, progress }: Wanted): Promise<Tally> {
  const tally = new Tally()
  let next = 0
  const garden = async () => {
    while (next * groveSize < trees) {
      const grove = next++
      const settings = climates[grove % climates.length] ?? mild
      const numRuns = Math.min(groveSize, trees - grove * groveSize)
      await growGrove({ settings, port, tally }, { numRuns, seed: seed + grove })
      progress?.(tally)
    }
  }
  await Promise.all(Array.from({ length: gardeners }, garden))
  return tally
}

interface Soil extends Pick<Wanted, 'port'> {
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
  { settings, port, tally }: Soil,
  parameters: Parameters<[Tree]>,
): Promise<RunDetails<[Tree]>> {
  await using running = await testBroker({ environment: toEnvironment(settings) })
  const ground = { port: port(running), settings, tally }
  const property = asyncProperty(anyTree, (tree) => runTree(ground, tree))
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
