import { Processes } from '../processes.ts'
import type { Bench, Finding, Row } from '../row.ts'
import { median, spreadOf } from '../statistics.ts'

const seconds = 'until ready'
const memory = 'peak memory'

export const startUp: Row = {
  name: 'start-up',
  what: 'start of a broker with many audit events and live tokens / with a new database',
  targets: [
    { figure: seconds, below: 2 },
    { figure: memory, below: 250 },
  ],

  async measure(bench) {
    const size = sizeOf(bench)
    bench.progress(`  making ${size.events} audit events and ${size.tokens} live tokens`)
    const folder = await fill(bench, size)
    const found: Start[] = []
    const yardstick: Start[] = []
    const rounds = bench.isQuick ? 1 : 5
    for (let round = 1; round <= rounds; round += 1) {
      yardstick.push(await start(bench, await bench.temporaryFolder()))
      const measured = await start(bench, folder)
      found.push(measured)
      bench.progress(
        `  round ${round} of ${rounds}: ${measured.seconds.toFixed(2)} s, ${measured.megabytes.toFixed(0)} MB`,
      )
    }
    const both = { found, yardstick }
    return [
      toFinding(seconds, 'seconds', both, (one) => one.seconds),
      toFinding(memory, 'megabytes', both, (one) => one.megabytes),
    ]
  },
}

interface Size {
  readonly events: number
  readonly tokens: number
}

interface Start {
  readonly seconds: number
  readonly megabytes: number
}

function sizeOf({ isQuick, isFull }: Bench): Size {
  if (isFull) return { events: 1_000_000, tokens: 100_000 }
  return isQuick ? { events: 2_000, tokens: 200 } : { events: 100_000, tokens: 10_000 }
}

/** A database as a broker leaves it behind, closed in good order. */
async function fill(bench: Bench, { events, tokens }: Size): Promise<string> {
  const folder = await bench.temporaryFolder()
  await using processes = new Processes(bench)
  const { server } = await processes.broker({ folder, logLevel: 'quiet' })
  const portion = 10_000
  for (let made = 0; made < tokens; made += portion) {
    await server.ask('makeTokens', Math.min(portion, tokens - made))
  }
  // Each token has brought an event of its own.
  await server.ask('makeEvents', events - tokens)
  return folder
}

/** From the start of the process to the first answer that it is ready. */
async function start(bench: Bench, folder: string): Promise<Start> {
  const startedAt = performance.now()
  await using processes = new Processes(bench)
  const { server, port } = await processes.broker({ folder })
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
  if (answer.status !== 200) throw new Error(`readyz answers ${answer.status}`)
  const elapsed = (performance.now() - startedAt) / 1000
  return { seconds: elapsed, megabytes: await server.ask('peakMegabytes') }
}

function toFinding(
  figure: string,
  unit: 'seconds' | 'megabytes',
  { found, yardstick }: { readonly found: Start[]; readonly yardstick: Start[] },
  read: (start: Start) => number,
): Finding {
  const value = spreadOf(found.map(read))
  const sides = { measured: value.median, yardstick: median(yardstick.map(read)) }
  return { figure, unit, value, sides: { unit: unit === 'seconds' ? 's' : 'MB', ...sides } }
}
