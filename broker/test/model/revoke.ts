import { refuse, type Answer, type Refused } from './answer.ts'
import { adminRoute, findFlaw } from './bearer.ts'
import { isLive } from './liveness.ts'
import type { Lift, Revoke, RotateKey } from './operation.ts'
import {
  activeKey,
  addEntry,
  findNamed,
  findToken,
  nextName,
  type App,
  type Entry,
  type Key,
  type World,
} from './world.ts'

/** Milliseconds before a lifting is in force, at least (contract 2.7). */
const liftingDelay = 3000

/** Contract 4.7. */
export function revoke(world: World, asked: Revoke): Answer {
  const flaw = findRevokeFlaw(world, asked)
  if (flaw !== undefined) return flaw
  const before = world.tokens.filter((token) => isLive(world, token))
  const entry = enter(world, asked)
  const killed = before.filter((token) => !isLive(world, token))
  if (entry === undefined) return { killed, count: killed.length }
  if (entry.isAnswered) entry.killed ??= killed.length
  return { killed, entry, count: entry.killed }
}

/** What a revocation would kill: the model carries it out and takes it back. */
export function foretell(world: World, asked: Revoke): Answer {
  const entries = [...world.entries]
  const answer = revoke(world, asked)
  world.entries.splice(0, world.entries.length, ...entries)
  return answer
}

function findRevokeFlaw(world: World, { bearer, level, target }: Revoke): Refused | undefined {
  const token = findToken(world, bearer)
  const flaw = findFlaw(world, token, adminRoute.revoke, 'app:agents:*')
  if (flaw !== undefined) return flaw
  const isPrincipal = target === 'admin' || target.startsWith('app:')
  if (level === 'chain' && isPrincipal) return refuse('invalid_request')
  const { kind, app } = token.session
  if (kind !== 'app') return undefined
  if (level === 'task' || (level === 'agent' && isPrincipal)) return refuse('forbidden')
  return isOwn(world, target, app) ? undefined : refuse('not_found')
}

/** An app has a say over its own agents, not over anybody's login. */
function isOwn({ tokens, agents }: World, target: string, app: App | undefined): boolean {
  const agent = agents.find(({ name }) => name === target)
  const session = tokens.find(({ name }) => name === target)?.session
  const isAgents = session?.kind === 'agent' || session?.kind === 'delegated'
  return agent?.app === app || (isAgents && session.app === app)
}

/** One entry in force per level and target; undefined where there are several, one for each session of a principal. */
function enter(world: World, { level, target }: Revoke): Entry | undefined {
  const isPrincipal = target === 'admin' || target.startsWith('app:')
  if (level === 'agent' && isPrincipal) {
    for (const session of world.sessions.filter(({ sub }) => sub === target)) {
      addEntry(world, {
        level: 'token',
        target: session.current.name,
        session,
        isOfPrincipal: true,
      })
    }
    return undefined
  }
  const known = world.entries.find(
    (entry) =>
      entry.level === level &&
      entry.target === target &&
      !entry.isRelease &&
      !entry.isOfPrincipal &&
      entry.liftedAt === undefined,
  )
  if (known !== undefined) return known
  const token = world.tokens.find(({ name }) => name === target)
  const session = level === 'token' ? token?.session : undefined
  return addEntry(world, { level, target, session, isAnswered: true })
}

/** Contract 4.17. */
export function lift(world: World, { bearer, entry: name }: Lift): Answer {
  const flaw = findFlaw(world, findToken(world, bearer), adminRoute.revoke)
  if (flaw !== undefined) return flaw
  const entry = findNamed(world.entries, name)
  if (entry.level !== 'task') return refuse('conflict')
  entry.liftedAt ??= Math.ceil((world.now + liftingDelay) / 1000)
  return { entry }
}

/** Contract 4.26. */
export function rotateKey(world: World, { bearer, isEmergency, key }: RotateKey): Answer {
  const flaw = findFlaw(world, findToken(world, bearer), adminRoute.revoke)
  if (flaw !== undefined) return flaw
  if (key !== undefined && !isEmergency) return refuse('invalid_request')
  const active = activeKey(world)
  const concerned = key === undefined ? active : findNamed(world.keys, key)
  if (isEmergency) concerned.status = 'compromised'
  else concerned.status = 'retiring'
  if (concerned !== active) return { key: active }
  const successor: Key = { name: nextName('k', world.keys), status: 'active' }
  world.keys.push(successor)
  return { key: successor }
}
