import assert from 'node:assert/strict'
import { setImmediate as aTurnOfTheLoop } from 'node:timers/promises'
import { Broker, createVerifier } from '@agentwrit/client'
import type { RefusalReason, Surroundings, Verification } from '@agentwrit/client'
import type { Verifier, VerifierOptions } from '@agentwrit/client'
import { portOf } from '../../../broker/test/http/raw-client.ts'
import { testBroker } from '../../../broker/test/test-broker.ts'
import type { TestBroker } from '../../../broker/test/test-broker.ts'

export const audience = 'https://records.test'
export const issuer = 'https://broker.test'

/** Contract 4.19: what a connection is given before it counts as silent. No test here waits for that. */
const patience = [2_500, 15_000]

export interface OfflineScene extends AsyncDisposable {
  readonly broker: TestBroker
  readonly verifier: Verifier
  /** Paths that were asked for, by the verifier alone. */
  readonly asked: string[]
  /** The ids that its streams were resumed behind. */
  readonly resumed: string[]
  readonly errors: unknown[]
  /** Breaks the connections, and lets none be made until `mend`. */
  cut(): void
  mend(): void
  /** Moves the clocks of both, and resolves when the verifier is fresh again. */
  pass(milliseconds: number): Promise<void>
  /** Resolves when the verifier says so of the token. */
  untilRefused(token: string, reason: RefusalReason): Promise<void>
  untilAccepted(token: string): Promise<void>
}

export interface OfflineSceneOptions extends Partial<Omit<VerifierOptions, 'broker' | 'mode'>> {
  readonly environment?: Readonly<Record<string, string>>
}

/** A real broker that listens, and a verifier that follows it over a real socket. Pauses between connections take no time. */
export async function offlineScene(options: OfflineSceneOptions = {}): Promise<OfflineScene> {
  const { environment, ...others } = options
  const broker = await testBroker({
    environment: {
      AA_PORT: '0',
      AA_AUDIENCE: audience,
      AA_ISSUER: issuer,
      AA_ADMIN_TOKEN_TTL: '3600',
      ...environment,
    },
  })
  await broker.broker.listen()
  const operator = await broker.operator()
  const made = await operator.registerApp({ name: 'records', scopes: [], role: 'verifier' })
  const asked: string[] = []
  const errors: unknown[] = []
  const line = new Line(() => portOf(broker.broker.app), asked)
  const verifier = createVerifier({
    broker: new Broker('http://broker.test', {
      fetch: line.fetch,
      surroundings: clockOf(broker),
      maxRetries: 0,
    }),
    mode: 'offline',
    credentials: { clientId: made.client_id, clientSecret: made.client_secret },
    audience,
    issuer,
    onError: (error) => errors.push(error),
    ...others,
  })
  await verifier.ready()
  const until = async (isSo: (result: Verification) => boolean, token: string) => {
    while (!isSo(await verifier.verify(token))) await aTurnOfTheLoop()
  }
  return {
    broker,
    verifier,
    asked,
    resumed: line.resumed,
    errors,
    cut: () => line.cut(),
    mend: () => line.mend(),
    async pass(milliseconds) {
      broker.advance(milliseconds)
      broker.broker.context.live.feeds.changes.tick()
      await verifier.ready()
    },
    untilRefused: (token, reason) =>
      until((result) => !result.ok && result.reason === reason, token),
    untilAccepted: (token) => until(({ ok }) => ok, token),
    async [Symbol.asyncDispose]() {
      await verifier.close()
      await broker[Symbol.asyncDispose]()
    },
  }
}

/** A line to the broker that can be cut. */
class Line {
  readonly #port: () => number
  readonly #asked: string[]
  readonly resumed: string[] = []
  #broken = new AbortController()

  constructor(port: () => number, asked: string[]) {
    this.#port = port
    this.#asked = asked
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const { pathname } = new URL(new Request(input).url)
    this.#asked.push(pathname)
    const lastEventId = new Headers(init?.headers).get('last-event-id')
    if (lastEventId !== null) this.resumed.push(lastEventId)
    const signals = [this.#broken.signal, ...(init?.signal ? [init.signal] : [])]
    return fetch(`http://127.0.0.1:${this.#port()}${pathname}`, {
      ...init,
      signal: AbortSignal.any(signals),
    })
  }

  cut(): void {
    this.#broken.abort(new TypeError('the line is cut'))
  }

  mend(): void {
    this.#broken = new AbortController()
  }
}

function clockOf(broker: TestBroker): Omit<Surroundings, 'wakeAfter'> {
  const now = () => broker.now()
  const beginning = now()
  return {
    now,
    elapsed: () => now() - beginning,
    random: () => 0.5,
    sleep: async (milliseconds, signal) => {
      if (patience.includes(milliseconds)) return new Promise(() => {})
      await aTurnOfTheLoop()
      signal.throwIfAborted()
    },
  }
}

export function assertRefused(result: Verification, reason: RefusalReason): void {
  assert.ok(!result.ok, 'accepted')
  assert.equal(result.reason, reason)
  if (reason !== 'insufficient_scope') assert.deepEqual(result.held, [])
}
