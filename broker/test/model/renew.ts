import { done, refuse, type Answer } from './answer.ts'
import { findRenewalFlaw } from './bearer.ts'
import { succeed } from './issue.ts'
import { isRevoked, isSessionLive, isUsable } from './liveness.ts'
import type { Release, Renew } from './operation.ts'
import { isWithin, isWithinCeiling, isWithinCeilings, isWithinReach } from './scopes.ts'
import { addEntry, findToken, type Session, type World } from './world.ts'

/** Contract 4.4, without idempotency keys. */
export function renew(world: World, { bearer, scope: narrowed }: Renew): Answer {
  const flaw = findRenewalFlaw(world, bearer)
  if (flaw !== undefined) return flaw
  const { session, scope: held } = findToken(world, bearer)
  if (session.kind === 'admin') return refuse('forbidden')
  const scope = narrowed ?? held
  if (scope.length === 0 || !isWithin(scope, held)) return refuse('scope_violation')
  if (!isWithinAuthority(session, scope)) return refuse('scope_violation')
  const link = session.chain.at(-1)
  if (link !== undefined && !isWithinReach(link.app, session.app)) return refuse('forbidden')
  if (link !== undefined && !isSessionLive(world, link.parent)) return refuse('unauthorized')
  const token = succeed(world, session, scope)
  return token === undefined ? refuse('unauthorized') : { token }
}

/** An app's own scopes are none of its agents'. */
function isWithinAuthority({ kind, app, chain }: Session, scope: readonly string[]): boolean {
  if (kind === 'app') return true
  return isWithinCeiling(scope, app) && isWithinCeilings(scope, chain)
}

/** Contract 4.5: what is over already stays as it is. */
export function release(world: World, { bearer }: Release): Answer {
  const token = findToken(world, bearer)
  const { session } = token
  if (!isUsable(world, token)) return refuse('unauthorized')
  if (isRevoked(world, session.current)) return done
  addEntry(world, { level: 'token', target: token.name, session, isRelease: true })
  return done
}
