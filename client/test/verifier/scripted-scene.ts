import { setImmediate as aTurnOfTheLoop } from 'node:timers/promises'
import { Broker, createVerifier } from '@agentwrit/client'
import type { Verifier } from '@agentwrit/client'
import { streamServer } from './stream-server.ts'
import type { Connection, StreamServer } from './stream-server.ts'
import { testClock } from './test-clock.ts'
import type { TestClock } from './test-clock.ts'

/** Milliseconds, with the chance of these tests. */
const firstPause = 187.5

export interface ScriptedScene extends AsyncDisposable {
  readonly server: StreamServer
  readonly clock: TestClock
  readonly verifier: Verifier
  readonly errors: unknown[]
  /** The next connection, after the pause before it. */
  reconnect(): Promise<Connection>
}

/** An offline verifier whose broker says what a test wants. */
export async function scriptedScene(
  prepare?: (server: StreamServer) => void,
): Promise<ScriptedScene> {
  const clock = testClock(Date.UTC(2026, 0, 2))
  const server = await streamServer(clock.now)
  prepare?.(server)
  const errors: unknown[] = []
  const verifier = createVerifier({
    broker: new Broker(server.url, { surroundings: clock, maxRetries: 0 }),
    mode: 'offline',
    credentials: { clientId: 'ab-0123456789ab', clientSecret: 'c'.repeat(64) },
    audience: null,
    issuer: null,
    onError: (error) => errors.push(error),
  })
  return {
    server,
    clock,
    verifier,
    errors,
    async reconnect() {
      while (!clock.sleeping().includes(firstPause)) await aTurnOfTheLoop()
      clock.advance(firstPause)
      return server.connection()
    },
    async [Symbol.asyncDispose]() {
      await verifier.close()
      await server[Symbol.asyncDispose]()
    },
  }
}
