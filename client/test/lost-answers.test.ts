// Every rule of the table of retries, against a real broker behind a proxy that breaks the connection.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Agent, App, Broker, Operator, TransportError } from '@agentwrit/client'
import type { Action, Moment } from '../../bench/src/fault-proxy/fault.ts'
import { FaultProxy } from '../../bench/src/fault-proxy/fault-proxy.ts'
import { fetchFrom } from '../../broker/test/faults/fetch-from.ts'
import { adminSecret, testBroker } from '../../broker/test/test-broker.ts'

interface Parties {
  /** Everybody asks through the proxy. */
  readonly broker: Broker
  readonly app: App
  readonly agent: Agent
  readonly appId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly launchToken: string
}

interface LossyCall {
  readonly path: string | RegExp
  readonly ask: (parties: Parties) => Promise<unknown>
}

const scope = ['read:sales:*']
const task = { orchId: 'sales', taskId: 'october', scope }
const ticket = { agent_name: 'report', allowed_scope: scope }

const repeated: Readonly<Record<string, LossyCall>> = {
  challenge: { path: '/v1/challenge', ask: ({ broker }) => broker.challenge() },
  validate: {
    path: '/v1/token/validate',
    ask: async ({ broker, agent }) => broker.validate(await agent.token()),
  },
  'a list': { path: '/v1/agents', ask: ({ app }) => app.listAgents().next() },
  'the sign-in of an operator': {
    path: '/v1/admin/auth',
    ask: ({ broker }) => Operator.signIn({ broker, secret: adminSecret }),
  },
  'the sign-in of an app': { path: '/v1/app/auth', ask: (parties) => App.signIn(parties) },
  'a renewal with a key': { path: '/v1/token/renew', ask: ({ agent }) => agent.renew() },
  'a release': { path: '/v1/token/release', ask: ({ agent }) => agent.release() },
  'a revocation': {
    path: '/v1/revoke',
    ask: ({ app, agent }) => app.revoke({ level: 'agent', target: agent.agentId }),
  },
}

const sentOnce: Readonly<Record<string, LossyCall>> = {
  'a launch token': {
    path: '/v1/app/launch-tokens',
    ask: ({ app }) => app.createLaunchToken(ticket),
  },
  'a registration': {
    path: '/v1/register',
    ask: ({ broker, launchToken }) => Agent.register({ broker, launchToken, ...task }),
  },
  'a delegation': {
    path: '/v1/delegate',
    ask: ({ agent }) => agent.delegate({ to: agent.agentId, scope }),
  },
  'a renewal without a key': {
    path: '/v1/token/renew',
    ask: async ({ broker, agent }) => broker.renew(await agent.token()),
  },
  'the registration of an app': {
    path: '/v1/admin/apps',
    ask: () => operator.registerApp({ name: `app-${crypto.randomUUID()}`, scopes: scope }),
  },
  'the change of an app': {
    path: /^\/v1\/admin\/apps\/./,
    ask: ({ appId }) => operator.updateApp(appId, { scopes: ['read:*:*'] }),
  },
}

const breaks: Readonly<Record<string, Moment & Action>> = {
  'before the request has passed': { at: 'request', action: 'cut' },
  'before the answer': { at: 'answer', action: 'cut' },
  'by a reset instead of the answer': { at: 'answer', action: 'reset' },
}

const running = await testBroker({ clock: 'real', environment: { AA_PORT: '0' } })
after(() => running[Symbol.asyncDispose]())
const { url } = await running.broker.listen()

/** The way that the operator's requests take, who signs in once, for sign-ins are limited. */
const way = { url, sleep: (): Promise<void> => Promise.resolve() }
const operator = await Operator.signIn({
  broker: new Broker(url, {
    surroundings: { sleep: () => way.sleep() },
    fetch: (input, init) => fetchFrom(way.url)(input, init),
  }),
  secret: adminSecret,
})

for (const [moment, fault] of Object.entries(breaks)) {
  for (const [call, { path, ask }] of Object.entries(repeated)) {
    test(`${call} is asked for again when the connection breaks ${moment}`, async () => {
      await using proxy = await FaultProxy.start({ target: url })
      const parties = await gather(proxy)
      using lost = proxy.fail({ path, times: 1, ...fault })
      await ask(parties)
      assert.deepEqual([lost.strikes, lost.matches], [1, 2])
    })
  }
  for (const [call, { path, ask }] of Object.entries(sentOnce)) {
    test(`${call} is not sent again when the connection breaks ${moment}`, async () => {
      await using proxy = await FaultProxy.start({ target: url })
      const parties = await gather(proxy)
      using lost = proxy.fail({ path, times: 1, ...fault })
      await assert.rejects(ask(parties), (error) => {
        return error instanceof TransportError && !error.neverSent
      })
      assert.deepEqual([lost.strikes, lost.matches], [1, 1])
    })
  }
}

for (const [call, { path, ask }] of Object.entries({ ...repeated, ...sentOnce })) {
  test(`${call} succeeds when the broker takes connections again before the last attempt`, async () => {
    await using proxy = await FaultProxy.start({ target: url })
    let pauses = 0
    const parties = await gather(proxy, async () => {
      pauses += 1
      if (pauses === 2) await proxy.resume()
    })
    await proxy.refuse()
    await forgetConnections(parties.broker)
    using watched = proxy.fail({ path, times: 0, at: 'answer', action: 'cut' })
    await ask(parties)
    assert.deepEqual([pauses, watched.matches], [2, 1])
  })
}

/** What is sent over a connection whose end was not seen yet counts as sent. */
async function forgetConnections(broker: Broker): Promise<void> {
  for (;;) {
    const error: unknown = await broker.livez({ maxRetries: 0 }).catch((reason: unknown) => reason)
    if (error instanceof TransportError && error.neverSent) return
  }
}

async function gather(proxy: FaultProxy, sleep = way.sleep): Promise<Parties> {
  const broker = new Broker(proxy.url, { surroundings: { sleep } })
  Object.assign(way, { url: proxy.url, sleep })
  const made = await operator.registerApp({ name: `app-${crypto.randomUUID()}`, scopes: scope })
  const credentials = { clientId: made.client_id, clientSecret: made.client_secret }
  const app = await App.signIn({ broker, ...credentials })
  const { launch_token: launchToken } = await app.createLaunchToken(ticket)
  const agent = await app.createAgent(task)
  // Asked once, so that it is known when the connection breaks.
  await broker.supports('renew-idempotency')
  return { broker, app, agent, appId: made.app_id, ...credentials, launchToken }
}
