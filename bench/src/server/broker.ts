// A broker in a process of its own, as `awrit serve` runs it, with commands to prepare and to measure it.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createBroker, readConfig, type Broker } from '@agentwrit/broker'
import { createLogger } from '../../../broker/src/logger.ts'
import { benchSecret } from '../bench-secret.ts'
import { serveCommands } from '../remote.ts'
import { loopDelay, type LoopDelayCommands } from './loop-delay.ts'
import { makeEvents } from './make-events.ts'
import { makeLaunchTokens } from './make-launch-tokens.ts'
import { makeTokens } from './make-tokens.ts'
import { makeTrail, type Life } from './make-trail.ts'
import { registerAtStore } from './register-at-store.ts'
import { usageCommands, type UsageCommands } from './usage.ts'
import { commitOneByOne, keepNothing } from './yardsticks.ts'

export interface BrokerCommands extends UsageCommands, LoopDelayCommands {
  /** Resolves to the port. */
  readonly start: (wanted: WantedBroker) => Promise<number>
  /** So many tokens of live sessions that the broker has kept, but has not seen since. */
  readonly makeTokens: (count: number) => Promise<string[]>
  /** So many launch tokens, each good for one registration. */
  readonly makeLaunchTokens: (count: number) => Promise<string[]>
  /** So many registrations, 64 at a time, past HTTP and cryptography. Resolves to seconds. */
  readonly registerAtStore: (count: number) => Promise<number>
  readonly makeEvents: (count: number) => Promise<void>
  /** So many events of the lives of agents; resolves to some of these. */
  readonly makeTrail: (count: number) => Promise<Life[]>
  /** The most memory that this process has ever held. */
  readonly peakMegabytes: () => number
  readonly [name: string]: (argument: never) => unknown
}

export interface WantedBroker {
  /** Where its database and its key are, or will be. */
  readonly folder: string
  readonly kind?: 'as shipped' | 'one commit per change' | 'keeps nothing'
  readonly logLevel?: 'quiet' | 'verbose'
}

let broker: Broker | undefined

const commands: BrokerCommands = {
  ...usageCommands,
  ...loopDelay(),
  start,
  makeTokens: (count) => makeTokens(running().context, count),
  makeLaunchTokens: (count) => makeLaunchTokens(running().context, count),
  registerAtStore: (count) => registerAtStore(running().context, count),
  makeEvents: (count) => makeEvents(running().context, count),
  makeTrail: (count) => makeTrail(running().context, count),
  peakMegabytes: () => process.resourceUsage().maxRSS / 1024,
}
serveCommands(commands, async () => broker?.close())

async function start({ folder, kind, logLevel = 'verbose' }: WantedBroker): Promise<number> {
  const { config, secrets } = readConfig({
    AA_ADMIN_SECRET: benchSecret,
    AA_DB_PATH: join(folder, 'data.db'),
    AA_SIGNING_KEY_PATH: join(folder, 'signing.key'),
    AA_PORT: '0',
    AA_LOG_LEVEL: logLevel,
  })
  broker = await createBroker({ config, secrets, log: createLogger(config) })
  if (kind === 'keeps nothing') keepNothing(broker.context.store)
  if (kind === 'one commit per change') commitOneByOne(broker.context.store)
  const { url } = await broker.listen()
  return Number(new URL(url).port)
}

function running(): Broker {
  assert.ok(broker !== undefined, 'the broker has not been started')
  return broker
}
