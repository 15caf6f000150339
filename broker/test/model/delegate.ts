import { refuse, type Answer, type Refused } from './answer.ts'
import { findFlaw } from './bearer.ts'
import { beginSession, type Begun } from './issue.ts'
import { isInForce, isSessionLive, matches } from './liveness.ts'
import type { Delegate } from './operation.ts'
import { isReserved, isWithin, isWithinCeiling, isWithinCeilings, isWithinReach } from './scopes.ts'
import { activeKey, findToken, nextName, type Agent, type Token, type World } from './world.ts'

const deepest = 5
/** Seconds. */
const defaultTtl = 60

/** Contract 4.6, in its order. The quota of 1 000 is not modelled. */
export function delegate(world: World, asked: Delegate): Answer {
  const bearer = findToken(world, asked.bearer)
  const flaw = findFlaw(world, bearer) ?? findDelegatorFlaw(bearer, asked.scope)
  if (flaw !== undefined) return flaw
  const to = world.agents.find(({ name }) => name === asked.to)
  if (to === undefined || !isWithinReach(bearer.session.app, to.app)) return refuse('not_found')
  if (!isWithinCeiling(asked.scope, to.app)) return refuse('scope_violation')
  if (!isSessionLive(world, to.session)) return refuse('conflict')
  const begun = beginning(world, bearer, to)
  if (isStopped(world, begun)) return refuse('conflict')
  const lifetime = asked.ttl ?? defaultTtl
  const token = beginSession(world, begun, { scope: asked.scope, lifetime })
  return token === undefined ? refuse('unauthorized') : { token }
}

function findDelegatorFlaw(bearer: Token, scope: readonly string[]): Refused | undefined {
  const { kind, app, chain } = bearer.session
  if (kind !== 'agent' && kind !== 'delegated') return refuse('forbidden')
  if (scope.some(isReserved)) return refuse('invalid_request')
  const isAllowed =
    chain.length < deepest &&
    isWithin(scope, bearer.scope) &&
    isWithinCeiling(scope, app) &&
    isWithinCeilings(scope, chain)
  return isAllowed ? undefined : refuse('scope_violation')
}

/** The chain grows by one record; what concerns the work is the delegator's, what concerns the person the delegate's. */
function beginning(world: World, { session: parent }: Token, to: Agent): Begun {
  const link = {
    agent: parent.sub,
    app: parent.app,
    launcher: parent.launcher,
    parent,
    session: nextName('s', world.sessions),
    key: activeKey(world),
  }
  return {
    kind: 'delegated',
    sub: to.name,
    app: to.app,
    launcher: to.session.launcher,
    task: parent.task,
    chain: [...parent.chain, link],
  }
}

function isStopped(world: World, { sub, app, launcher, task, chain }: Begun): boolean {
  const session = nextName('s', world.sessions)
  const token = { session, sub, app: app?.name, launcher: launcher?.name, task, chain }
  return world.entries.some((entry) => isInForce(world, entry) && matches(entry, token))
}
