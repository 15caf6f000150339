import { refuse, type Refused } from './answer.ts'
import { isCurrent, isLive, isRevokedForCause, isUsable } from './liveness.ts'
import { holds } from './scopes.ts'
import { addEntry, findToken, type Token, type World } from './world.ts'

/** Milliseconds after a renewal from which on its old token is a sign of theft (contract 4.4). */
const reuseAfter = 10_000

export const adminRoute = { launch: 'admin:launch-tokens:*', revoke: 'admin:revoke:*' }

/** A live token that holds one of these scopes, if the route asks for any (contract 1.5, 1.6). */
export function findFlaw(world: World, token: Token, ...scopes: string[]): Refused | undefined {
  if (!isLive(world, token)) return refuse('unauthorized')
  if (scopes.length > 0 && !holds(token, ...scopes)) return refuse('insufficient_scope')
  return undefined
}

/** For renewal alone: an old token that is shown late ends its session as well. */
export function findRenewalFlaw(world: World, bearer: string): Refused | undefined {
  const token = findToken(world, bearer)
  if (isLive(world, token)) return undefined
  const isOld = isUsable(world, token) && !isCurrent(token) && !isRevokedForCause(world, token)
  if (isOld && world.now > (token.renewedAt ?? Infinity) + reuseAfter) {
    addEntry(world, { level: 'token', target: token.name, session: token.session })
  }
  return refuse('unauthorized')
}
