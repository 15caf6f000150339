import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adminSecret } from '../test-broker.ts'
import { fetchFrom } from './fetch-from.ts'

/** What a broker leaves on the disk, and the next one finds. */
export interface BrokerFiles extends AsyncDisposable {
  readonly folder: string
  readonly databasePath: string
  readonly keyPath: string
}

/** A real `awrit serve` with a port, a database and a signal handler of its own. */
export interface BrokerProcess extends AsyncDisposable {
  readonly pid: number
  readonly url: string
  /** Asks this process: what `ask` wants. */
  readonly fetch: typeof fetch
  /** The process itself, for its IPC channel. */
  readonly child: ChildProcess
  /** The last 64 KiB that it wrote to both outputs. */
  output(): string
  /** SIGKILL: nothing of the process runs any more. */
  kill9(): Promise<void>
  /** Resolves to the exit code. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>
}

export interface BrokerProcessOptions {
  /** Settings besides the test's own, by variable. */
  readonly environment?: Readonly<Record<string, string>>
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[]
}

/** The broker ended instead of listening. */
export class BrokerEnded extends Error {
  override readonly name = 'BrokerEnded'
  readonly exitCode: number | null
  readonly output: string

  constructor(exitCode: number | null, output: string) {
    super(`the broker ended with exit code ${exitCode}: ${output}`)
    this.exitCode = exitCode
    this.output = output
  }
}

const program = join(import.meta.dirname, '../../src/main.ts')
const keptOutput = 64 * 1024

/** Files in a temporary folder, or in a given one, which is then left alone. */
export async function brokerFiles(given?: string): Promise<BrokerFiles> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'agentwrit-fault-')))
  // An own, empty config file, so that one of this machine's does not take part.
  await writeFile(join(folder, 'config'), '# empty\n', { mode: 0o600 })
  return {
    folder,
    databasePath: join(folder, 'data.db'),
    keyPath: join(folder, 'signing.key'),
    async [Symbol.asyncDispose]() {
      if (given === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Resolves when the broker listens; rejects with `BrokerEnded` if it ends before. */
export async function startBrokerProcess(
  files: BrokerFiles,
  options: BrokerProcessOptions = {},
): Promise<BrokerProcess> {
  const child = launch(files, options)
  const output = collectOutput(child)
  const ended = once(child, 'close')
  const url = await Promise.race([output.found, ended.then(() => undefined)])
  if (url === undefined) throw new BrokerEnded(child.exitCode, output.text())
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
    return child.exitCode
  }
  return {
    pid: child.pid ?? 0,
    url,
    fetch: fetchFrom(url),
    child,
    output: output.text,
    kill9: async () => void (await end('SIGKILL')),
    stop: (signal = 'SIGTERM') => end(signal),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  }
}

/** Starts it without waiting for anything. */
export function launch(files: BrokerFiles, options: BrokerProcessOptions = {}): ChildProcess {
  const { environment = {}, nodeOptions = [] } = options
  const child = spawn(
    process.execPath,
    ['--conditions=agentwrit-source', ...nodeOptions, program, 'serve'],
    {
      cwd: files.folder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        AA_ADMIN_SECRET: adminSecret,
        AA_CONFIG_PATH: join(files.folder, 'config'),
        AA_DB_PATH: files.databasePath,
        AA_SIGNING_KEY_PATH: files.keyPath,
        AA_PORT: '0',
        ...environment,
      },
    },
  )
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  child.once('exit', () => process.off('exit', killWithUs))
  return child
}

/** The broker logs JSON lines; the one about listening names its URL. */
function collectOutput(child: ChildProcess) {
  const { promise: found, resolve: tell } = Promise.withResolvers<string>()
  let text = ''
  let isFound = false
  const collect = (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-keptOutput)
    const url = isFound ? undefined : /"url":"(http:[^"]+)"/.exec(text)?.[1]
    if (url === undefined) return
    isFound = true
    tell(url)
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  return { found, text: () => text }
}
