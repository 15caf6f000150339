import { App, type Agent, type Broker, type Operator } from '@agentwrit/client'
import { decodeToken } from '../decode-token.ts'
import { registerAgent } from '../test-broker.ts'

/** A token that lives, and how to end it. */
export interface Victim {
  readonly token: string
  /** Resolves when the broker has answered that it is dead. */
  readonly kill: () => Promise<unknown>
}

/** Who ends tokens at the broker, and the round, which names things. */
export interface Scene {
  readonly broker: Broker
  readonly operator: Operator
  readonly round: number
}

const scope = ['read:data:*']

export function enlist({ broker, operator }: Scene, taskId: string): Promise<Agent> {
  return registerAgent(broker, operator, { scope, orchId: 'verifiers', taskId, maxTtl: 600 })
}

interface Pair {
  readonly scene: Scene
  readonly root: Agent
  /** Of another agent, delegated by the root. */
  readonly token: string
}

async function delegated(scene: Scene): Promise<Pair> {
  const taskId = `victims-${scene.round}`
  const [root, other] = await Promise.all([enlist(scene, taskId), enlist(scene, taskId)])
  const delegation = await root.delegate({ to: other.agentId, scope, ttl: 300 })
  return { scene, root, token: delegation.token() }
}

const ends: Readonly<Record<string, (pair: Pair) => Promise<unknown>>> = {
  token: ({ scene, token }) => revoke(scene, 'token', decodeToken(token).jti),
  agent: ({ scene, token }) => revoke(scene, 'agent', decodeToken(token).sub),
  task: ({ scene }) => revoke(scene, 'task', `victims-${scene.round}`),
  chain: ({ scene, root }) => revoke(scene, 'chain', root.agentId),
  'release of the delegator': ({ root }) => root.release(),
}

function revoke({ operator }: Scene, level: 'token' | 'agent' | 'task' | 'chain', target: string) {
  return operator.revoke({ level, target })
}

async function ofApp({ broker, operator, round }: Scene): Promise<Victim> {
  const wanted = { name: `app-${round}`, scopes: scope }
  const made = await operator.registerApp(wanted)
  const { client_id: clientId, client_secret: clientSecret } = made
  const app = await App.signIn({ broker, clientId, clientSecret })
  const agent = await app.createAgent({ orchId: 'verifiers', taskId: `app-${round}`, scope })
  return { token: await agent.token(), kill: () => operator.deregisterApp(made.app_id) }
}

async function released(scene: Scene): Promise<Victim> {
  const agent = await enlist(scene, `victims-${scene.round}`)
  return { token: await agent.token(), kill: () => agent.release() }
}

export const emergency = 'emergency rotation'

/** By what ends it. */
export const victims: Readonly<Record<string, (scene: Scene) => Promise<Victim>>> = {
  ...Object.fromEntries(
    Object.entries(ends).map(([name, end]) => [name, (scene: Scene) => toVictim(scene, end)]),
  ),
  release: released,
  'deregistration of the app': ofApp,
  /** Ends whatever there is. */
  [emergency]: async (scene) => ({
    token: await (await enlist(scene, 'emergency')).token(),
    kill: () => scene.operator.rotateSigningKey({ emergency: true }),
  }),
}

async function toVictim(scene: Scene, end: (pair: Pair) => Promise<unknown>): Promise<Victim> {
  const pair = await delegated(scene)
  return { token: pair.token, kill: () => end(pair) }
}
