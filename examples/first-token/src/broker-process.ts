import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Broker } from '@agentwrit/client'

const program = join(import.meta.dirname, '../../../broker/bin/awrit.js')
const startLimit = 20_000

export interface BrokerProcess extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** Database, signing key, log and `sign-in.json`; removed when the broker is disposed of. */
  readonly folder: string
  readonly secret: string
  /** Resolves when the process ends, whoever ended it. */
  readonly ended: Promise<void>
}

/** The broker could not be started; `log` is the end of what it wrote. */
export class BrokerStartError extends Error {
  override readonly name = 'BrokerStartError'
  readonly log: string

  constructor(message: string, log: string) {
    super(message)
    this.log = log
  }
}

/** Starts `awrit serve` in a folder of its own and waits until it takes requests. Port 0 is any free one. */
export async function startBroker(port: number): Promise<BrokerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'agentwrit-quickstart-'))
  const secret = randomBytes(32).toString('base64url')
  writeFileSync(join(folder, 'sign-in.json'), JSON.stringify({ secret }), { mode: 0o600 })
  const child = launch(folder, secret, port)
  const ended = once(child, 'exit').then(() => undefined)
  const dispose = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const url = await waitUntilReady(child, join(folder, 'broker.log'))
    return { url, pid: child.pid ?? 0, folder, secret, ended, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

export async function isPortFree(port: number): Promise<boolean> {
  const probe = createServer()
  try {
    await once(probe.listen(port, '127.0.0.1'), 'listening')
    return true
  } catch {
    return false
  } finally {
    probe.close()
  }
}

function launch(folder: string, secret: string, port: number): ChildProcess {
  // An own, empty config file, so that one of this machine's does not take part.
  const configPath = join(folder, 'config')
  writeFileSync(configPath, '# The quickstart gives every setting by environment.\n', {
    mode: 0o600,
  })
  const log = openSync(join(folder, 'broker.log'), 'a', 0o600)
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AA_'))
  const child = spawn(process.execPath, [program, 'serve'], {
    cwd: folder,
    stdio: ['ignore', log, log],
    // In a process group of its own, so that Ctrl-C does not reach it beside the orderly end that it gets from here.
    detached: true,
    env: {
      ...Object.fromEntries(inherited),
      AA_ADMIN_SECRET: secret,
      AA_CONFIG_PATH: configPath,
      AA_DB_PATH: join(folder, 'data.db'),
      AA_SIGNING_KEY_PATH: join(folder, 'signing.key'),
      AA_PORT: String(port),
    },
  })
  closeSync(log)
  return child
}

async function waitUntilReady(child: ChildProcess, logPath: string): Promise<string> {
  const limit = Date.now() + startLimit
  while (Date.now() < limit && child.exitCode === null && child.signalCode === null) {
    const url = findUrl(readFileSync(logPath, 'utf8'))
    if (url !== undefined && (await isReady(url))) return url
    await sleep(50)
  }
  const lines = readFileSync(logPath, 'utf8').trimEnd().split('\n')
  const what =
    child.exitCode === null ? 'was not ready in time' : `ended with exit code ${child.exitCode}`
  throw new BrokerStartError(`the broker ${what}`, lines.slice(-5).join('\n'))
}

/** The broker logs JSON lines; the one about listening names its URL. */
function findUrl(log: string): string | undefined {
  return /"url":"(http:[^"]+)"/.exec(log)?.[1]
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await new Broker(url, { maxRetries: 0, timeout: 2_000 }).readyz()).status === 'ready'
  } catch {
    return false
  }
}
