import { lineageOf, type DelegationRecord } from '@agentwrit/protocol'
import type { ActingApp } from '../apps/acting-app.ts'
import type { App } from '../apps/app.ts'
import { asRead, beyondCeiling, findActingApp } from '../apps/ceiling.ts'
import type { Context } from '../context.ts'
import { isWithinReach } from '../delegation/reach.ts'
import type { Caller } from '../identity/caller.ts'
import { renewalRefused } from './renewal-refused.ts'

/**
 * The apps in whose name a token is renewed (contract 4.4): all are active, the current ceiling of each covers the
 * successor, and a delegate is still within its delegator's reach.
 */
export async function requireRenewingApps(
  context: Context,
  caller: Caller,
  scope: readonly string[],
): Promise<ActingApp[]> {
  const apps = new Map<string, App>()
  for (const appId of lineageOf(caller.claims).apps) {
    const app = await findActingApp(context, appId)
    if (app === undefined) throw renewalRefused(caller, 'app_inactive')
    apps.set(appId, app)
  }
  // An app's own token holds the scopes of its kind, which no ceiling names.
  if (caller.kind === 'app') return [...apps.keys()].map((appId) => ({ appId }))
  for (const app of apps.values()) requireCovered(caller, app, scope)
  const last = caller.claims.delegation_chain?.at(-1)
  if (last !== undefined) requireReach(caller, last, apps)
  return [...apps.values()].map(asRead)
}

function requireCovered(caller: Caller, app: App, scope: readonly string[]): void {
  if (beyondCeiling(app, scope).length === 0) return
  // The trail of an app tells it nothing about another.
  const own = app.appId === caller.claims.app_id ? { ceiling: app.scopes } : {}
  const parts = { requested: scope, ...own }
  throw renewalRefused(caller, 'beyond_ceiling', { code: 'scope_violation', parts })
}

function requireReach(
  caller: Caller,
  { app_id: from }: DelegationRecord,
  apps: ReadonlyMap<string, App>,
): void {
  const delegator = from === undefined ? undefined : apps.get(from)
  if (isWithinReach(delegator, caller.claims.app_id)) return
  throw renewalRefused(caller, 'out_of_reach', { code: 'forbidden' })
}
