import type { FastifyInstance } from 'fastify'
import { buildApp, type AppParts } from '../../src/http/app.ts'
import { contractTimeouts, stopListening, type Timeouts } from '../../src/http/server/listen.ts'
import { Metrics } from '../../src/http/state/metrics.ts'
import { Readiness } from '../../src/http/state/readiness.ts'
import { storeOperations } from '../../src/store/store-observer.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

export interface TestApp extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly broker: TestBroker
  readonly readiness: Readiness
  readonly metrics: Metrics
}

type Wanted = Partial<Omit<AppParts, 'timeouts'>> & {
  readonly timeouts?: Partial<Timeouts>
  /** Milliseconds that requests under way have when the test ends. */
  readonly drain?: number
}

/** Another application beside a test broker's own, on the same context: with other routes, or with less patience. */
export async function appForTest({
  timeouts,
  drain = 100,
  ...parts
}: Wanted = {}): Promise<TestApp> {
  const broker = await testBroker()
  const { context } = broker.broker
  const readiness = new Readiness(context.store, context.clock, 0)
  const countActive = () => context.store.agents.countActive(context.clock())
  const metrics = new Metrics(countActive, storeOperations)
  const app = await buildApp({
    context,
    readiness,
    metrics,
    version: '0.0.0',
    settings: [],
    timeouts: { ...contractTimeouts, ...timeouts },
    ...parts,
  })
  return {
    app,
    broker,
    readiness,
    metrics,
    async [Symbol.asyncDispose]() {
      await stopListening(app, readiness, drain)
      await broker[Symbol.asyncDispose]()
    },
  }
}

/** The same, listening on a free port. */
export async function listeningApp(wanted: Wanted = {}): Promise<TestApp> {
  const made = await appForTest(wanted)
  await made.app.listen({ host: '127.0.0.1', port: 0 })
  return made
}
