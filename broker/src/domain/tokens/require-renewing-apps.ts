import type { ActingApp } from '../apps/acting-app.ts'
import { asRead, beyondCeiling, findActingApp } from '../apps/ceiling.ts'
import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { renewalRefused } from './renewal-refused.ts'

/** The app in whose name a token is renewed: it is active, and its current ceiling covers the successor (contract 4.4). */
export async function requireRenewingApp(
  context: Context,
  caller: Caller,
  scope: readonly string[],
): Promise<ActingApp | undefined> {
  const appId = caller.claims.app_id
  if (appId === undefined) return undefined
  const app = await findActingApp(context, appId)
  if (app === undefined) throw renewalRefused(caller, 'app_inactive')
  // An app's own token holds the scopes of its kind, which no ceiling names.
  if (caller.kind === 'app') return { appId }
  if (beyondCeiling(app, scope).length === 0) return asRead(app)
  const parts = { requested: scope, ceiling: app.scopes }
  throw renewalRefused(caller, 'beyond_ceiling', { code: 'scope_violation', parts })
}
