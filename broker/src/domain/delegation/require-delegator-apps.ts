import { lineageOf } from '@agentwrit/protocol'
import type { App } from '../apps/app.ts'
import { beyondCeiling, findActingApp } from '../apps/ceiling.ts'
import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { deadTokenFault } from '../tokens/dead-token.ts'
import { tooWide } from './delegation-refused.ts'

/** The apps of the presented token's lineage, by id. */
export type LineageApps = ReadonlyMap<string, App>

/** The current ceiling of the delegator's app, and of every app on the way to it, covers the scope (law 1). */
export async function requireDelegatorApps(
  context: Context,
  caller: Caller,
  scope: readonly string[],
): Promise<LineageApps> {
  const apps = new Map<string, App>()
  for (const appId of lineageOf(caller.claims).apps) {
    const app = await findActingApp(context, appId)
    // Whatever was done in the name of an app dies with it.
    if (app === undefined) throw deadTokenFault(caller.claims, 'revoked', caller.origin)
    if (beyondCeiling(app, scope).length > 0) {
      const detail = 'scope is wider than an app of the chain may hand on'
      // The trail of an app tells it nothing about another.
      const own = appId === caller.claims.app_id ? { ceiling: app.scopes } : {}
      throw tooWide(caller, detail, { requested: scope, ...own })
    }
    apps.set(appId, app)
  }
  return apps
}
