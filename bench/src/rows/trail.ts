import { Operator } from '@agentwrit/client'
import { benchSecret } from '../bench-secret.ts'
import { Processes, type BrokerSide } from '../processes.ts'
import type { Bench } from '../row.ts'
import type { Life } from '../server/make-trail.ts'

/** A broker with many audit events, and an operator who reads them. */
export interface Trail {
  readonly side: BrokerSide
  readonly events: number
  readonly lives: readonly Life[]
  /** Answers with 200, or the row fails. */
  readonly get: (path: string) => Promise<Record<string, unknown>>
}

/** It is asked as after a restart, not as it was filled. */
export async function openTrail(bench: Bench, processes: Processes): Promise<Trail> {
  const events = sizeOf(bench)
  bench.progress(`  making ${events} audit events`)
  const folder = await bench.temporaryFolder()
  const lives = await fill(bench, folder, events)
  const side = await processes.broker({ folder, logLevel: 'quiet' })
  const base = `http://127.0.0.1:${side.port}`
  const operator = await Operator.signIn({ broker: base, secret: benchSecret })
  const get = async (path: string) => {
    const headers = { authorization: `Bearer ${await operator.token()}` }
    const answer = await fetch(`${base}${path}`, { headers })
    if (answer.status !== 200) throw new Error(`${path} is answered ${answer.status}`)
    return { ...Object(await answer.json()) }
  }
  return { side, events, lives, get }
}

async function fill(bench: Bench, folder: string, events: number): Promise<Life[]> {
  await using processes = new Processes(bench)
  const { server } = await processes.broker({ folder, logLevel: 'quiet' })
  return await server.ask('makeTrail', events)
}

function sizeOf({ isQuick, isFull }: Bench): number {
  if (isFull) return 1_000_000
  return isQuick ? 2_000 : 100_000
}
