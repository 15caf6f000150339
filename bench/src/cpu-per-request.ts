import type { LoadCommands } from './load/main.ts'
import type { Side } from './processes.ts'
import type { Remote } from './remote.ts'

export interface Posting {
  readonly load: Remote<LoadCommands>
  readonly path: string
  readonly connections: number
  readonly tokens: readonly string[]
  readonly times: number
}

/** Microseconds of CPU that the server's process has used for each of the posts. */
export async function cpuPerPost(side: Side, { load, ...posting }: Posting): Promise<number> {
  return cpuPerRequest(side, posting.tokens.length * posting.times, () =>
    load.ask('postAll', { port: side.port, polls: true, ...posting }),
  )
}

/** Microseconds of CPU that the server's process has used for each of so many requests. */
export async function cpuPerRequest(
  { usage }: Side,
  count: number,
  ask: () => Promise<unknown>,
): Promise<number> {
  await usage.settle()
  const before = await usage.cpuMicroseconds()
  await ask()
  return ((await usage.cpuMicroseconds()) - before) / count
}
