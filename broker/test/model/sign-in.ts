import { refuse, type Answer } from './answer.ts'
import { beginSession } from './issue.ts'
import type { SignInApp } from './operation.ts'
import { findApp, type World } from './world.ts'

const adminScopes = [
  'admin:launch-tokens:*',
  'admin:revoke:*',
  'admin:audit:*',
  'admin:agents:*',
] as const
const appScopes = ['app:launch-tokens:*', 'app:agents:*', 'app:audit:read'] as const
const rootless = { app: undefined, launcher: undefined, task: undefined, chain: [] } as const

/** Contract 4.9. */
export function signInAdmin(world: World): Answer {
  world.attempts.push({ sub: 'admin', at: world.now })
  const begun = { ...rootless, kind: 'admin', sub: 'admin' } as const
  const lifetime = world.settings.adminTtl
  const token = beginSession(world, begun, { scope: adminScopes, lifetime })
  return token === undefined ? refuse('unauthorized') : { token }
}

/** Contract 4.13. */
export function signInApp(world: World, asked: SignInApp): Answer {
  const app = findApp(world, asked.app)
  const sub = `app:${app.name}`
  world.attempts.push({ sub, at: world.now })
  if (!app.isActive) return refuse('unauthorized')
  const begun = { ...rootless, kind: 'app', sub, app } as const
  const token = beginSession(world, begun, { scope: appScopes, lifetime: world.settings.appTtl })
  return token === undefined ? refuse('unauthorized') : { token }
}
