// What an instruction means in the world as it is. Mostly something that can succeed, sometimes anything at all.
import { chooseCeiling, chooseReach, chooseScope, liveTokens, pick, tasks } from './choose.ts'
import type { Instruction } from './instruction.ts'
import { isCurrent, isLaunchTokenGood, isSessionLive } from './liveness.ts'
import type { Operation } from './operation.ts'
import { planRevocation } from './plan-revocation.ts'
import { isWithinReach } from './scopes.ts'
import type { Agent, Token, World } from './world.ts'

export type Plan = (world: World, instruction: Instruction) => Operation | undefined

/** Undefined when there is nothing it could be about. */
export const plan: Plan = (world, instruction) => plans[instruction.verb](world, instruction)

/** Milliseconds: while a tree is younger, a broker has not yet forgotten anything of it (contract 6.3). */
const longestLife = 590_000

const plans: Readonly<Record<Instruction['verb'], Plan>> = {
  delegate: planDelegation,
  renew: planRenewal,
  register: planRegistration,
  'create launch token': planLaunchToken,
  wait: planWait,
  revoke: (world, instruction) =>
    liveTokens(world, 'admin').length === 0
      ? planSignIn(world)
      : planRevocation(world, instruction),
  release(world, { who }) {
    const candidates = who % 4 === 3 ? world.tokens : liveTokens(world, 'agent', 'delegated', 'app')
    const bearer = pick(candidates, Math.floor(who / 4))
    return bearer && { ask: 'release', bearer: bearer.name }
  },
  lift(world, { who, whom }) {
    const known = world.entries.filter(({ isAnswered }) => isAnswered)
    const liftable = known.filter(({ level }) => level === 'task')
    const entry = pick(whom % 5 === 4 ? known : liftable, Math.floor(whom / 5))
    if (entry === undefined) return undefined
    return asAdmin(world, who, (bearer) => ({ ask: 'lift', bearer, entry: entry.name }))
  },
  'change app'(world, { who, whom, what }) {
    const app = pick(world.apps, whom)?.name
    if (app === undefined) return undefined
    const number = Math.floor(what / 2)
    const change =
      what % 2 === 0
        ? { ceiling: chooseCeiling(number) }
        : { delegatesTo: chooseReach(world, number) }
    return asAdmin(world, who, (bearer) => ({ ask: 'change app', bearer, app, ...change }))
  },
  'deregister app'(world, { who, whom }) {
    const app = pick(world.apps, whom)?.name
    if (app === undefined) return undefined
    return asAdmin(world, who, (bearer) => ({ ask: 'deregister app', bearer, app }))
  },
  'rotate key'(world, { who, whom, what }) {
    const isEmergency = what % 3 === 2
    const retiring = world.keys.filter(({ status }) => status === 'retiring')
    const key = whom % 2 === 1 ? pick(retiring, Math.floor(whom / 2))?.name : undefined
    const named = key === undefined || (!isEmergency && whom % 5 !== 4) ? {} : { key }
    return asAdmin(world, who, (bearer) => ({ ask: 'rotate key', bearer, isEmergency, ...named }))
  },
  'sign in app': planAppSignIn,
  'sign in admin': (world) => planSignIn(world),
  restart: () => ({ ask: 'restart' }),
}

/** By an admin who is signed in, now and then by somebody else. */
function asAdmin(
  world: World,
  who: number,
  ask: (bearer: string) => Operation,
): Operation | undefined {
  const admins = liveTokens(world, 'admin')
  const bearer = pick(who % 12 === 11 ? world.tokens : admins, Math.floor(who / 12))
  return bearer === undefined ? planSignIn(world) : ask(bearer.name)
}

function planDelegation(world: World, { who, whom, what }: Instruction): Operation | undefined {
  const bearer = chooseDelegator(world, who)
  if (bearer === undefined) return planRegistration(world, { verb: 'register', who, whom, what })
  const to = chooseDelegate(world, bearer, whom)
  const scope = chooseScope(bearer.scope, what)
  const ttl = what % 3 === 0 ? {} : { ttl: 1 + ((what * 7) % 150) }
  return { ask: 'delegate', bearer: bearer.name, to, scope, ...ttl }
}

/** Mostly at the deep end of a chain: what dies with its ancestors is what we want to see. */
function chooseDelegator(world: World, number: number): Token | undefined {
  if (number % 12 === 11) return pick(world.tokens, Math.floor(number / 12))
  const agents = liveTokens(world, 'agent', 'delegated')
  const deepestFirst = agents.toSorted(
    (one, other) => other.session.chain.length - one.session.chain.length,
  )
  if (number % 4 === 3) return pick(agents, Math.floor(number / 4))
  return deepestFirst[Math.floor(number / 4) % Math.min(3, agents.length)]
}

function chooseDelegate({ agents, ...world }: World, bearer: Token, number: number): string {
  if (number % 30 === 29) return 'nobody'
  const { app } = bearer.session
  const willing = agents.filter(
    (agent) => isWithinReach(app, agent.app) && isSessionLive({ agents, ...world }, agent.session),
  )
  const candidates: readonly Agent[] = number % 5 === 4 ? agents : willing
  return (pick(candidates, Math.floor(number / 5)) ?? pick(agents, number))?.name ?? 'nobody'
}

function planRenewal(world: World, { who, what }: Instruction): Operation | undefined {
  const renewable = liveTokens(world, 'agent', 'delegated', 'app')
  const old = world.tokens.filter((token) => !isCurrent(token))
  const far = renewable.filter(
    ({ session: { kind, app, chain } }) => kind === 'delegated' && chain.at(-1)?.app !== app,
  )
  const lost = far.filter(({ session }) => !isWithinReach(session.chain.at(-1)?.app, session.app))
  const candidates = [renewable, renewable, renewable, renewable, renewable, far, lost, lost, old]
  const bearer = pick(candidates[who % 10] ?? world.tokens, Math.floor(who / 10))
  if (bearer === undefined) return undefined
  if (what % 3 !== 0) return { ask: 'renew', bearer: bearer.name }
  const number = Math.floor(what / 3)
  const scope = number % 40 === 39 ? [] : chooseScope(bearer.scope, number)
  return { ask: 'renew', bearer: bearer.name, scope }
}

function planRegistration(world: World, instruction: Instruction): Operation | undefined {
  const { who, whom, what } = instruction
  const good = world.launchTokens.filter((launch) => isLaunchTokenGood(world, launch))
  const launch = pick(who % 8 === 7 ? world.launchTokens : good, Math.floor(who / 8))
  if (launch === undefined) return planLaunchToken(world, instruction)
  const task = whom % 6 === 5 ? undefined : launch.task
  return {
    ask: 'register',
    launchToken: launch.name,
    task: task ?? pick(tasks, whom) ?? 'task1',
    scope: chooseScope(launch.scope, what),
  }
}

function planLaunchToken(world: World, { who, whom, what }: Instruction): Operation | undefined {
  const logins = liveTokens(world, 'app', 'admin')
  const bearer = pick(who % 12 === 11 ? world.tokens : logins, Math.floor(who / 12))
  if (bearer === undefined) return planSignIn(world)
  const ceiling = bearer.session.app?.ceiling ?? ['read:data:*', 'write:data:*', 'read:mail:*']
  const task = pick(tasks, whom)
  return {
    ask: 'create launch token',
    bearer: bearer.name,
    scope: chooseScope(ceiling, what),
    maxTtl: Math.min(world.settings.maxTtl, 2 + (what % 200)),
    ttl: 1 + (whom % 100),
    isSingleUse: whom % 4 === 3,
    ...(whom % 5 === 4 && task !== undefined ? { task } : {}),
  }
}

function planWait(world: World, { who, whom }: Instruction): Operation | undefined {
  const longest = [1500, 1500, 6000, 12_000, 12_000, 40_000][who % 6] ?? 0
  const milliseconds = 1 + Math.floor((longest * whom) / 10_000)
  const begun = world.attempts[0]?.at ?? world.now
  if (world.now + milliseconds - begun > longestLife) return undefined
  return { ask: 'wait', milliseconds }
}

function planSignIn(world: World): Operation | undefined {
  return hasRoom(world, 'admin', { attempts: 8, within: 2000 })
    ? { ask: 'sign in admin' }
    : undefined
}

function planAppSignIn(world: World, { whom }: Instruction): Operation | undefined {
  const app = pick(world.apps, whom)
  if (app === undefined) return planSignIn(world)
  const room = hasRoom(world, `app:${app.name}`, { attempts: 3, within: 18_000 })
  return room ? { ask: 'sign in app', app: app.name } : undefined
}

/** Whether another attempt stays below the rate that a broker allows (contract 1.7). */
function hasRoom(
  { attempts, now }: World,
  sub: string,
  rate: { attempts: number; within: number },
): boolean {
  const recent = attempts.filter((made) => made.sub === sub && made.at > now - rate.within)
  return recent.length < rate.attempts
}
