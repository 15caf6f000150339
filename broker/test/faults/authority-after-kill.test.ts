import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Agent, App, Broker, Operator, type Delegation } from '@agentwrit/client'
import { fates, type Fate } from '../authority/cuts.ts'
import { decodeToken } from '../decode-token.ts'
import { adminSecret } from '../test-broker.ts'
import { brokerFiles, startBrokerProcess, type BrokerProcess } from './broker-process.ts'

// Through the SDK and over TCP: what an operator was told is true after SIGKILL, whatever level it was told at.

const scope = ['read:data:*']
const task = (taskId: string) => ({ orchId: 'orch', taskId, scope })

/** An agent of an app of its own, in a task of its own. */
interface Member {
  readonly app: App
  readonly appId: string
  readonly agent: Agent
}

/** A chain of four, and who runs it: `chain[0]` is what the root has delegated. */
interface Scene {
  readonly operator: Operator
  readonly root: Member
  readonly middle: Member
  readonly members: readonly Member[]
  readonly chain: readonly Delegation[]
}

async function setScene({ url, fetch }: BrokerProcess, name: string): Promise<Scene> {
  const broker = new Broker(url, { fetch })
  const operator = await Operator.signIn({ broker, secret: adminSecret })
  const join = async (place: number): Promise<Member> => {
    const asked = { name: `${name}-${place}`, scopes: scope, delegates_to: ['*'] }
    const registered = await operator.registerApp(asked)
    const { client_id: clientId, client_secret: clientSecret, app_id: appId } = registered
    const app = await App.signIn({ broker, clientId, clientSecret })
    return { app, appId, agent: await app.createAgent(task(`${name}-${place}`)) }
  }
  const [root, second, third, last] = [await join(0), await join(1), await join(2), await join(3)]
  const chain: Delegation[] = []
  let holder = root.agent
  for (const { agent } of [second, third, last]) {
    const delegation = await holder.delegate({ to: agent.agentId, scope, ttl: 200 })
    chain.push(delegation)
    holder = await Agent.accept({ broker, token: delegation.token() })
  }
  return { operator, root, middle: third, members: [root, second, third, last], chain }
}

interface Cut {
  readonly name: string
  readonly make: (scene: Scene) => Promise<unknown>
  readonly fate: Fate
}

const cuts: readonly Cut[] = [
  {
    name: 'token',
    make: ({ operator, chain }) =>
      operator.revoke({ level: 'token', target: decodeToken(chain[1]?.token() ?? '').jti }),
    fate: fates.token,
  },
  {
    name: 'agent',
    make: ({ middle: { app, agent } }) => app.revoke({ level: 'agent', target: agent.agentId }),
    fate: fates.agent,
  },
  {
    name: 'task',
    make: ({ operator }) => operator.revoke({ level: 'task', target: 'task-0' }),
    fate: fates.task,
  },
  {
    name: 'chain',
    make: ({ root: { app, agent } }) => app.revoke({ level: 'chain', target: agent.agentId }),
    fate: fates.chain,
  },
  {
    name: 'app',
    make: ({ operator, middle: { appId } }) => operator.deregisterApp(appId),
    fate: fates.app,
  },
  {
    name: 'logins',
    make: ({ operator, middle: { appId } }) =>
      operator.revoke({ level: 'agent', target: `app:${appId}` }),
    fate: fates['all logins'],
  },
  {
    name: 'release',
    make: ({ chain }) => chain[1]?.release() ?? Promise.reject(new Error('no chain')),
    fate: fates.release,
  },
]

const everyPlace = [0, 1, 2, 3]

/** Apart, because it ends everything that there is. */
const emergency: Cut = {
  name: 'key',
  make: ({ operator }) => operator.rotateSigningKey({ emergency: true }),
  fate: { held: everyPlace, own: everyPlace },
}

/** Who is dead, by place in the chain. */
async function fateOf({ url, fetch }: BrokerProcess, { members, chain }: Scene): Promise<Fate> {
  const broker = new Broker(url, { fetch })
  const dead = async (tokens: readonly string[]) => {
    const told = await Promise.all(tokens.map((token) => broker.validate(token)))
    return everyPlace.filter((place) => told[place]?.valid === false)
  }
  const own = await Promise.all(members.map(({ agent }) => agent.token()))
  const held = [own[0] ?? '', ...chain.map((delegation) => delegation.token())]
  return { own: await dead(own), held: await dead(held) }
}

/** Of the table, as far as this chain goes. */
function within({ own, held }: Fate): Fate {
  return {
    own: everyPlace.filter((place) => own.includes(place)),
    held: everyPlace.filter((place) => held.includes(place)),
  }
}

async function proveKill(taken: readonly Cut[]): Promise<void> {
  await using files = await brokerFiles()
  await using first = await startBrokerProcess(files)
  const scenes: Scene[] = []
  for (const { name, make, fate } of taken) {
    const scene = await setScene(first, name)
    await make(scene)
    assert.deepEqual(await fateOf(first, scene), within(fate), `${name}, at once`)
    scenes.push(scene)
  }
  await first.kill9()
  await using second = await startBrokerProcess(files)
  for (const [place, { name, fate }] of taken.entries()) {
    const scene = scenes[place]
    assert.ok(scene)
    assert.deepEqual(await fateOf(second, scene), within(fate), `${name}, after kill -9`)
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
  const next = await last.delegate({ to: root.agent.agentId, scope, ttl: 60 })
  assert.equal(next.chain.length, 4)
  assert.equal((await broker.validate(next.token())).valid, true)
})
