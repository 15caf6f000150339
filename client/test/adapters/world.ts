import { Broker, createVerifier } from '@agentwrit/client'
import type { Agent, Verifier, VerifierOptions } from '@agentwrit/client'
import { testBroker } from '../../../broker/test/test-broker.ts'
import type { TestBroker } from '../../../broker/test/test-broker.ts'

const audience = 'https://records.test'
const issuer = 'https://broker.test'
const environment = { AA_AUDIENCE: audience, AA_ISSUER: issuer }

/** Brokers, agents and verifiers as the scenarios need them: all of them real, on a clock that stands still. */
export interface World extends AsyncDisposable {
  readonly broker: TestBroker
  /** A broker of the same name with another key. */
  readonly stranger: TestBroker
  /** Sees every request anew: it has kept no answer. */
  verifier(options?: Partial<VerifierOptions>): Verifier
  agent(scope: string, maxTtl?: number): Promise<Agent>
}

export async function makeWorld(): Promise<World> {
  const broker = await testBroker({ environment })
  const stranger = await testBroker({ environment })
  // The gates of the MCP SDK compare `exp` with the clock on the wall.
  for (const each of [broker, stranger]) each.advance(Date.now() - each.now())
  const verifiers: Verifier[] = []
  return {
    broker,
    stranger,
    verifier(options) {
      const known = { broker: broker.client, mode: 'introspect', audience, issuer } as const
      const verifier = createVerifier({ ...known, ...options })
      verifiers.push(verifier)
      return verifier
    },
    agent: (scope, maxTtl = 900) => broker.agent({ scope: [scope], maxTtl }),
    async [Symbol.asyncDispose]() {
      await Promise.all(verifiers.map((verifier) => verifier.close()))
      await Promise.all([broker[Symbol.asyncDispose](), stranger[Symbol.asyncDispose]()])
    },
  }
}

/** A client of a broker that cannot be reached. */
export function unreachableBroker(): Broker {
  return new Broker('http://broker.test', { fetch: refuseConnection, maxRetries: 0 })
}

function refuseConnection(): Promise<never> {
  return Promise.reject(new TypeError('connection refused'))
}
