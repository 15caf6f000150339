import { createHash } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, Broker as BrokerClient, Operator } from '@agentwrit/client'
import { createBroker, type Broker } from '../src/broker.ts'
import { readConfig } from '../src/config.ts'
import type { Log, Random } from '../src/domain/surroundings.ts'
import { injectFetch } from './inject-fetch.ts'
import { keyOfSeed } from './key-of-seed.ts'

export const adminSecret = 'a secret that only tests know'

export interface TestBrokerOptions {
  /** Settings besides the test's own, by variable. */
  readonly environment?: Readonly<Record<string, string>>
  /** `real` for tests that race processes; otherwise time stands still until it is moved. */
  readonly clock?: 'fixed' | 'real'
  /** With it everything that is drawn at random is the same in each run, the broker's own key file too. */
  readonly seed?: string
  /** Where its own folder is made; the system's temporary folder by default. */
  readonly under?: string
}

export interface TestBroker extends AsyncDisposable {
  readonly broker: Broker
  readonly folder: string
  readonly databasePath: string
  /** Everything logged so far, as JSON lines. */
  readonly logged: string[]
  readonly client: BrokerClient
  readonly fetch: typeof fetch
  now(): number
  /** Moves the fixed clock on. */
  advance(milliseconds: number): void
  operator(): Promise<Operator>
  /** A launch token from a signed-in operator, and the agent it registers. */
  agent(wanted?: Partial<WantedAgent>): Promise<Agent>
  /** Closes the broker in good order and opens another one on the same files; `meanwhile` may change them. */
  restart(meanwhile?: () => Promise<void>): Promise<void>
}

export interface WantedAgent {
  readonly scope: string[]
  readonly orchId: string
  readonly taskId: string
  /** Seconds. */
  readonly maxTtl: number
}

const url = 'http://broker.test'

/** A real broker on a SQLite file of its own in a temporary folder, asked without a port. */
export async function testBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const folder = await mkdtemp(join(options.under ?? tmpdir(), 'agentwrit-test-'))
  await chmod(folder, 0o700)
  const { seed = folder } = options
  if (options.seed !== undefined) await writeSeededKey(join(folder, 'signing.key'), seed)
  const databasePath = join(folder, 'data.db')
  const clock = options.clock === 'real' ? realClock() : fixedClock()
  const logged: string[] = []
  let openings = 0
  const open = () => {
    openings += 1
    return createBroker({
      ...readConfig({
        AA_ADMIN_SECRET: adminSecret,
        AA_DB_PATH: databasePath,
        AA_SIGNING_KEY_PATH: join(folder, 'signing.key'),
        ...options.environment,
      }),
      clock: clock.now,
      log: collectingLog(logged),
      ...(options.clock === 'real' ? {} : { random: seededRandom(`${seed} ${openings}`) }),
    })
  }
  let broker = await open()
  const fetch = injectFetch(() => broker.app)
  const client = new BrokerClient(url, { fetch, surroundings: { now: clock.now } })
  let signedIn: Promise<Operator> | undefined
  const operator = () => (signedIn ??= Operator.signIn({ broker: client, secret: adminSecret }))
  return {
    get broker() {
      return broker
    },
    folder,
    databasePath,
    logged,
    client,
    fetch,
    now: clock.now,
    advance: clock.advance,
    operator,
    agent: async (wanted = {}) => registerAgent(client, await operator(), wanted),
    async restart(meanwhile) {
      await broker.close()
      await meanwhile?.()
      broker = await open()
    },
    async [Symbol.asyncDispose]() {
      await broker.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** With a launch token of its own. */
export async function registerAgent(
  broker: BrokerClient,
  operator: Operator,
  { scope = ['read:data:*'], orchId = 'orch', taskId = 'task', maxTtl = 300 }: Partial<WantedAgent>,
): Promise<Agent> {
  const made = await operator.createLaunchToken({
    agent_name: 'test-agent',
    allowed_scope: scope,
    max_ttl: maxTtl,
  })
  return Agent.register({ broker, launchToken: made.launch_token, orchId, taskId, scope })
}

function fixedClock() {
  let now = Date.parse('2026-01-02T03:04:05.600Z')
  return { now: () => now, advance: (milliseconds: number) => void (now += milliseconds) }
}

function realClock() {
  return { now: Date.now, advance: refuseToMove }
}

function refuseToMove(): never {
  throw new Error('the real clock moves by itself')
}

/** Different for each start of each broker, the same in each run: SHA-256 of a seed and a counter. */
function seededRandom(seed: string): Random {
  let counter = 0
  return (length) => {
    const block = createHash('sha256').update(`${seed} ${counter++}`).digest()
    return new Uint8Array(block.subarray(0, length))
  }
}

async function writeSeededKey(path: string, seed: string): Promise<void> {
  const pem = keyOfSeed(seed).export({ format: 'pem', type: 'pkcs8' })
  await writeFile(path, pem, { mode: 0o600 })
}

function collectingLog(lines: string[]): Log {
  const write = (level: string) => (fields: object, message: string) => {
    lines.push(JSON.stringify({ level, message, ...fields }, errorsAsText))
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}

function errorsAsText(_key: string, value: unknown): unknown {
  return value instanceof Error ? { error: String(value), stack: value.stack } : value
}
