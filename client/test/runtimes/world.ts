import { createServer } from 'node:http'
import { Operator } from '@agentwrit/client'
import { FaultProxy } from '../../../bench/src/fault-proxy/fault-proxy.ts'
import { adminSecret, testBroker } from '../../../broker/test/test-broker.ts'
import { listen } from '../listen.ts'

/** What a scenario is given, as JSON. */
export interface World {
  readonly broker: string
  /** The same broker, but the first answer to each path of `lossyPaths` is lost. */
  readonly lossy: string
  /** Where nobody listens. */
  readonly refused: string
  readonly unknownHost: string
  readonly launchTokens: readonly string[]
  readonly adminSecret: string
  readonly clientId: string
  readonly clientSecret: string
}

/** A real broker on a port, and a fresh world for each run of a scenario. */
export interface Worlds extends AsyncDisposable {
  inWorld(work: (world: World) => Promise<void>): Promise<void>
}

const lossyPaths = [
  '/v1/app/auth',
  '/v1/app/launch-tokens',
  '/v1/challenge',
  '/v1/register',
  '/v1/token/renew',
  '/v1/delegate',
  '/v1/token/release',
]

export async function startWorlds(): Promise<Worlds> {
  const started = new AsyncDisposableStack()
  const running = started.use(await testBroker({ clock: 'real', environment: { AA_PORT: '0' } }))
  const { url: broker } = await running.broker.listen()
  const refused = await closedUrl()
  const operator = await Operator.signIn({ broker, secret: adminSecret })
  const inWorld = async (work: (world: World) => Promise<void>): Promise<void> => {
    await using proxy = await FaultProxy.start({ target: broker })
    for (const path of lossyPaths) proxy.fail({ path, times: 1, at: 'answer', action: 'cut' })
    const ticket = { agent_name: 'runtime', allowed_scope: ['read:sales:*'], ttl: 300 }
    const tickets = [
      await operator.createLaunchToken(ticket),
      await operator.createLaunchToken(ticket),
    ]
    const app = await operator.registerApp({
      name: `app-${crypto.randomUUID()}`,
      scopes: ['read:sales:*', 'read:notes:*'],
    })
    await work({
      broker,
      lossy: proxy.url,
      refused,
      unknownHost: 'http://broker.invalid',
      launchTokens: tickets.map(({ launch_token }) => launch_token),
      adminSecret,
      clientId: app.client_id,
      clientSecret: app.client_secret,
    })
  }
  return { inWorld, [Symbol.asyncDispose]: () => started.disposeAsync() }
}

async function closedUrl(): Promise<string> {
  await using listening = await listen(createServer())
  return listening.url
}
