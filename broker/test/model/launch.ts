import { refuse, type Answer } from './answer.ts'
import { adminRoute, findFlaw } from './bearer.ts'
import { beginSession } from './issue.ts'
import { isInForce, isLaunchTokenGood } from './liveness.ts'
import type { CreateLaunchToken, Register } from './operation.ts'
import { isReserved, isWithin, isWithinCeiling } from './scopes.ts'
import {
  findNamed,
  findToken,
  nextName,
  type Agent,
  type LaunchToken,
  type World,
} from './world.ts'

/** Contract 4.10. */
export function createLaunchToken(world: World, asked: CreateLaunchToken): Answer {
  const bearer = findToken(world, asked.bearer)
  const { kind, app } = bearer.session
  const scope = kind === 'app' ? 'app:launch-tokens:*' : adminRoute.launch
  const flaw = findFlaw(world, bearer, scope)
  if (flaw !== undefined) return flaw
  if (asked.scope.some(isReserved)) return refuse('invalid_request')
  if (!isWithinCeiling(asked.scope, app)) return refuse('forbidden')
  const launchToken: LaunchToken = {
    name: nextName('l', world.launchTokens),
    scope: asked.scope,
    maxTtl: asked.maxTtl,
    isSingleUse: asked.isSingleUse,
    task: asked.task,
    creator: bearer.session,
    expiresAt: world.now + asked.ttl * 1000,
    isUsed: false,
  }
  world.launchTokens.push(launchToken)
  return { launchToken }
}

/** Contract 4.2; key and nonce are always good here. */
export function register(world: World, asked: Register): Answer {
  const launch = findNamed(world.launchTokens, asked.launchToken)
  const { app } = launch.creator
  if (asked.scope.some(isReserved)) return refuse('invalid_request')
  if (!isLaunchTokenGood(world, launch)) return refuse('unauthorized')
  if (!isWithin(asked.scope, launch.scope)) return refuse('scope_violation')
  if (!isWithinCeiling(asked.scope, app)) return refuse('scope_violation')
  if (launch.task !== undefined && launch.task !== asked.task) return refuse('forbidden')
  const isTaskRevoked = world.entries.some(
    (entry) => entry.level === 'task' && entry.target === asked.task && isInForce(world, entry),
  )
  if (isTaskRevoked) return refuse('forbidden')

  const { task, scope } = asked
  const sub = nextName('a', world.agents)
  const begun = { kind: 'agent', sub, app, launcher: launch.creator, task, chain: [] } as const
  const token = beginSession(world, begun, { scope, lifetime: launch.maxTtl })
  if (token === undefined) return refuse('unauthorized')
  launch.isUsed = true
  const agent: Agent = { name: sub, app, task, session: token.session }
  world.agents.push(agent)
  return { token, agent }
}
