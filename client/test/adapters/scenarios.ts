import { scope } from '@agentwrit/client'
import type { Agent, Verifier } from '@agentwrit/client'
import type { Scopes } from '@agentwrit/client/express'
import { unreachableBroker } from './world.ts'
import type { World } from './world.ts'

/** How a request has to end. */
export type Outcome =
  | 'served'
  /** 401, no token. */
  | 'anonymous'
  /** 401, the token is no good. */
  | 'invalid'
  /** 403, and the challenge names the scope. */
  | 'too narrow'
  /** 403, and no scope can be named. */
  | 'unnameable'
  /** 503. */
  | 'unavailable'

/** A request for the record `id`. */
export interface Asked {
  /** The `Authorization` headers, one by one. */
  readonly authorization: readonly string[]
  /** By default `P-2014`. */
  readonly id?: string
  readonly verifier?: Verifier
  /** Instead of `read:records:<id>`. */
  readonly scopeOf?: (id: unknown) => Scopes
}

export interface Scenario {
  readonly name: string
  readonly outcome: Outcome
  arrange(world: World): Promise<Asked>
}

export const neededScope = 'read:records:P-2014'
const bearer = (token: string): Asked => ({ authorization: [`Bearer ${token}`] })
const bearerOf = async (agent: Agent): Promise<Asked> => bearer(await agent.token())

const presented = (
  outcome: Outcome,
  name: string,
  values: (token: string) => string[],
): Scenario => ({
  name,
  outcome,
  arrange: async (world) => ({
    authorization: values(await (await world.agent(neededScope)).token()),
  }),
})

const holding = (outcome: Outcome, held: string): Scenario => ({
  name: `a holder of ${held}`,
  outcome,
  arrange: async (world) => bearerOf(await world.agent(held)),
})

/** A holder of everything asks for something odd. */
const asking = (outcome: Outcome, name: string, asked: Partial<Asked>): Scenario => ({
  name,
  outcome,
  arrange: async (world) => ({
    ...(await bearerOf(await world.agent('read:records:*'))),
    ...asked,
  }),
})

/** As if a program without types, or with a bug, had written it. */
const scopes = (value: unknown) => () => value as Scopes
const fail = (): never => {
  throw new Error('a bug in the function that makes the scope')
}

const presentations: readonly Scenario[] = [
  presented('anonymous', 'no token', () => []),
  presented('anonymous', 'another scheme', () => ['Basic dXNlcjpwYXNzd29yZA==']),
  presented('invalid', 'a scheme without a token', () => ['Bearer']),
  presented('invalid', 'garbage', () => ['Bearer garbage']),
  presented('invalid', 'two headers', (token) => [`Bearer ${token}`, `Bearer ${token}`]),
  presented('invalid', 'two headers, one of another scheme', (token) => [
    `Bearer ${token}`,
    'Basic dXNlcjpwYXNzd29yZA==',
  ]),
  presented('invalid', 'two tokens in a header', (token) => [`Bearer ${token} ${token}`]),
  presented('invalid', 'two bearers in a header', (token) => [`Bearer ${token}, Bearer ${token}`]),
  presented('served', 'a scheme in lower case', (token) => [`bearer ${token}`]),
]

const deaths: readonly Scenario[] = [
  {
    name: 'an expired token',
    outcome: 'invalid',
    arrange: async (world) => {
      const asked = await bearerOf(await world.agent(neededScope, 60))
      world.broker.advance(61_000)
      return asked
    },
  },
  {
    name: 'a revoked agent',
    outcome: 'invalid',
    arrange: async (world) => {
      const agent = await world.agent(neededScope)
      const operator = await world.broker.operator()
      await operator.revoke({ level: 'agent', target: agent.agentId })
      return bearerOf(agent)
    },
  },
  {
    name: 'a released token',
    outcome: 'invalid',
    arrange: async (world) => {
      const agent = await world.agent(neededScope)
      const asked = await bearerOf(agent)
      await agent.release()
      return asked
    },
  },
  {
    name: 'a superseded token',
    outcome: 'invalid',
    arrange: async (world) => {
      const agent = await world.agent(neededScope)
      const asked = await bearerOf(agent)
      await agent.renew()
      return asked
    },
  },
  {
    name: 'the token of another broker',
    outcome: 'invalid',
    arrange: async ({ stranger }) => bearerOf(await stranger.agent({ scope: [neededScope] })),
  },
  {
    name: 'a token for another audience',
    outcome: 'invalid',
    arrange: async (world) => ({
      ...(await bearerOf(await world.agent(neededScope))),
      verifier: world.verifier({ audience: 'https://billing.test' }),
    }),
  },
]

async function delegate(world: World, held: string): Promise<readonly [Agent, Asked]> {
  const [from, to] = [await world.agent('read:records:*'), await world.agent('read:labs:*')]
  const delegation = await from.delegate({ to: to.agentId, scope: [held] })
  return [from, bearer(delegation.token())]
}

const delegations: readonly Scenario[] = [
  {
    name: 'a delegated token',
    outcome: 'served',
    arrange: async (world) => (await delegate(world, neededScope))[1],
  },
  {
    name: 'a delegated token that is narrower than its parent',
    outcome: 'too narrow',
    arrange: async (world) => (await delegate(world, 'read:records:P-2077'))[1],
  },
  {
    name: 'a delegated token whose delegator was revoked',
    outcome: 'invalid',
    arrange: async (world) => {
      const [from, asked] = await delegate(world, neededScope)
      const operator = await world.broker.operator()
      await operator.revoke({ level: 'agent', target: from.agentId })
      return asked
    },
  },
]

const scopesHeld: readonly Scenario[] = [
  holding('served', neededScope),
  holding('served', 'read:records:*'),
  holding('too narrow', 'read:records:P-2077'),
  holding('too narrow', 'read:records:P-20*'),
  holding('too narrow', 'read:labs:*'),
  holding('too narrow', 'write:records:*'),
]

const scopesAsked: readonly Scenario[] = [
  asking('unnameable', 'a wildcard as a name', { id: '*' }),
  asking('unnameable', 'a name with a colon', { id: 'a:b' }),
  asking('unnameable', 'a name with a space', { id: 'a b' }),
  asking('unnameable', 'a scope that no header can hold', {
    scopeOf: (id) => scope`write:é":${id}`,
  }),
  asking('unnameable', 'an error where the scope is made', { scopeOf: fail }),
  asking('unnameable', 'no scope where one is made', { scopeOf: scopes(undefined) }),
  asking('unnameable', 'an empty list where scopes are made', { scopeOf: scopes([]) }),
  asking('unnameable', 'a list with a hole where scopes are made', {
    scopeOf: scopes([neededScope, undefined]),
  }),
  asking('unnameable', 'a promise where the scope is made', {
    scopeOf: scopes(Promise.resolve(neededScope)),
  }),
  asking('served', 'several scopes that are held', {
    scopeOf: scopes([neededScope, 'read:records:P-2077']),
  }),
  {
    name: 'a garbage token and a scope that cannot be named',
    outcome: 'invalid',
    arrange: async () => ({ ...bearer('garbage'), id: '*' }),
  },
]

const notReady: Verifier = {
  verify: () => Promise.reject(new Error('a bug in the verifier')),
  ready: async () => {},
  close: async () => {},
}

const verifiers: readonly Scenario[] = [
  asking('unavailable', 'a verifier that rejects', { verifier: notReady }),
  asking('unavailable', 'a verifier that throws', { verifier: { ...notReady, verify: fail } }),
  {
    name: 'a broker that cannot be reached',
    outcome: 'unavailable',
    arrange: async (world) => ({
      ...(await bearerOf(await world.agent(neededScope))),
      verifier: world.verifier({ broker: unreachableBroker() }),
    }),
  },
  {
    name: 'a verifier that has not heard what is revoked',
    outcome: 'unavailable',
    arrange: async (world) => ({
      ...(await bearerOf(await world.agent(neededScope))),
      verifier: world.verifier({
        broker: unreachableBroker(),
        mode: 'offline',
        credentials: { clientId: 'records', clientSecret: 'a secret of a verifier' },
      }),
    }),
  },
  {
    name: 'a verifier that is closed',
    outcome: 'unavailable',
    arrange: async (world) => {
      const verifier = world.verifier()
      await verifier.close()
      return { ...(await bearerOf(await world.agent(neededScope))), verifier }
    },
  },
]

export const scenarios: readonly Scenario[] = [
  ...presentations,
  ...deaths,
  ...delegations,
  ...scopesHeld,
  ...scopesAsked,
  ...verifiers,
]
