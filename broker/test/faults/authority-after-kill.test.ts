import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Agent, App, Broker, Operator, type Delegation } from '@agentwrit/client'
import { decodeToken } from '../decode-token.ts'
import { adminSecret } from '../test-broker.ts'
import { brokerFiles, startBrokerProcess, type BrokerProcess } from './broker-process.ts'

// Through the SDK and over TCP: what an operator was told is true after SIGKILL, whatever level it was told at.

const scope = ['read:data:*']
const task = (taskId: string) => ({ orchId: 'orch', taskId, scope })

/** The chain root -> second -> third -> fourth, each in a task of its own, and who runs it. */
interface Scene {
  readonly operator: Operator
  readonly app: App
  readonly appId: string
  readonly root: Agent
  readonly agents: readonly Agent[]
  readonly chain: readonly Delegation[]
}

async function setScene({ url, fetch }: BrokerProcess, name: string): Promise<Scene> {
  const broker = new Broker(url, { fetch })
  const operator = await Operator.signIn({ broker, secret: adminSecret })
  const registered = await operator.registerApp({ name, scopes: scope })
  const { client_id: clientId, client_secret: clientSecret, app_id: appId } = registered
  const app = await App.signIn({ broker, clientId, clientSecret })
  const root = await app.createAgent(task(`${name}-root`))
  const agents = [
    await app.createAgent(task(`${name}-2`)),
    await app.createAgent(task(`${name}-3`)),
    await app.createAgent(task(`${name}-4`)),
  ]
  const chain: Delegation[] = []
  let holder = root
  for (const { agentId } of agents) {
    const delegation = await holder.delegate({ to: agentId, scope, ttl: 200 })
    chain.push(delegation)
    holder = await Agent.accept({ broker, token: delegation.token() })
  }
  return { operator, app, appId, root, agents, chain }
}

interface Cut {
  readonly name: string
  readonly make: (scene: Scene) => Promise<unknown>
  /** What survives: of root, its three agents' own tokens, the three delegated ones. */
  readonly live: readonly [root: boolean, own: readonly boolean[], held: readonly boolean[]]
}

const cuts: readonly Cut[] = [
  {
    name: 'token',
    make: ({ operator, chain }) =>
      operator.revoke({ level: 'token', target: decodeToken(chain[1]?.token() ?? '').jti }),
    live: [true, [true, true, true], [true, false, false]],
  },
  {
    name: 'agent',
    make: ({ app, agents }) => app.revoke({ level: 'agent', target: agents[1]?.agentId ?? '' }),
    live: [true, [true, false, true], [true, false, false]],
  },
  {
    name: 'task',
    make: ({ operator }) => operator.revoke({ level: 'task', target: 'task-root' }),
    live: [false, [true, true, true], [false, false, false]],
  },
  {
    name: 'chain',
    make: ({ app, root }) => app.revoke({ level: 'chain', target: root.agentId }),
    live: [false, [true, true, true], [false, false, false]],
  },
  {
    name: 'app',
    make: ({ operator, appId }) => operator.deregisterApp(appId),
    live: [false, [false, false, false], [false, false, false]],
  },
  {
    name: 'logins',
    make: ({ operator, appId }) => operator.revoke({ level: 'agent', target: `app:${appId}` }),
    live: [false, [false, false, false], [false, false, false]],
  },
  {
    name: 'release',
    make: ({ chain }) => chain[1]?.release() ?? Promise.reject(new Error('no chain')),
    live: [true, [true, true, true], [true, false, false]],
  },
]

/** Apart, because it ends everything that there is. */
const emergency: Cut = {
  name: 'key',
  make: ({ operator }) => operator.rotateSigningKey({ emergency: true }),
  live: [false, [false, false, false], [false, false, false]],
}

async function fates({ url, fetch }: BrokerProcess, { root, agents, chain }: Scene) {
  const broker = new Broker(url, { fetch })
  const isLive = async (token: string) => (await broker.validate(token)).valid
  const own = await Promise.all(agents.map(async (agent) => isLive(await agent.token())))
  const held = await Promise.all(chain.map((delegation) => isLive(delegation.token())))
  return [await isLive(await root.token()), own, held]
}

async function proveKill(taken: readonly Cut[]): Promise<void> {
  await using files = await brokerFiles()
  await using first = await startBrokerProcess(files)
  const scenes: Scene[] = []
  for (const { name, make, live } of taken) {
    const scene = await setScene(first, name)
    await make(scene)
    assert.deepEqual(await fates(first, scene), live, `${name}, at once`)
    scenes.push(scene)
  }
  await first.kill9()
  await using second = await startBrokerProcess(files)
  for (const [place, { name, live }] of taken.entries()) {
    const scene = scenes[place]
    assert.ok(scene)
    assert.deepEqual(await fates(second, scene), live, `${name}, after kill -9`)
  }
}

test('what was cut stays cut after kill -9, at every level, and the rest lives on', () =>
  proveKill(cuts))

test('after an emergency rotation and kill -9 nothing that the key has signed is accepted', () =>
  proveKill([emergency]))

test('after kill -9 a delegate renews and delegates on, under the record that was signed before', async () => {
  await using files = await brokerFiles()
  await using first = await startBrokerProcess(files)
  const { chain, root } = await setScene(first, 'go-on')
  await first.kill9()
  await using second = await startBrokerProcess(files)
  const broker = new Broker(second.url, { fetch: second.fetch })
  const last = await Agent.accept({ broker, token: chain.at(-1)?.token() ?? '' })
  await last.renew()
  const next = await last.delegate({ to: root.agentId, scope, ttl: 60 })
  assert.equal(next.chain.length, 4)
  assert.equal((await broker.validate(next.token())).valid, true)
})
