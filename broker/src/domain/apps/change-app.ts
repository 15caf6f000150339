import { formatDetail, type AppInfo, type UpdateAppRequest } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import { listParts, replacedParts } from '../audit/list-parts.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { requireKept } from '../tokens/require-kept.ts'
import { toAppInfo, type App } from './app.ts'
import { requireCeiling, requireGrantable, requireTokenTtl, unknownApp } from './app-rules.ts'
import { appChanged } from './ceiling.ts'

/**
 * All or nothing (contract 4.12). A replaced ceiling counts from the next use on; what is live stays, so whoever wants
 * it dead revokes it.
 */
export async function changeApp(
  context: Context,
  caller: Caller,
  appId: string,
  asked: UpdateAppRequest,
): Promise<AppInfo> {
  const wanted = requireLawful(caller, asked)
  const old = await context.store.apps.find(appId)
  if (old === undefined) throw unknownApp()
  if (wanted.scopes !== undefined) requireCeiling(caller, wanted.scopes, old.role)
  const app: App = { ...old, ...wanted, version: old.version + 1, updatedAt: context.clock() }
  const events = changedEvents(caller, old, app)
  const outcome = await context.store.apps.change(app, presentedBy(caller), events)
  if (!outcome.kept && outcome.guard === 'app_changed') throw appChanged()
  requireKept(context, outcome, caller)
  return toAppInfo(app)
}

type Wanted = Partial<Pick<App, 'scopes' | 'tokenTtl' | 'delegatesTo'>>

/** Empty `scopes` count as absent: nobody takes a ceiling away by mistake. */
function requireLawful(
  caller: Caller,
  { scopes = [], token_ttl, delegates_to }: UpdateAppRequest,
): Wanted {
  if (scopes.length === 0 && token_ttl === undefined && delegates_to === undefined) {
    throw new Fault('invalid_request', 'one of scopes, token_ttl and delegates_to is needed')
  }
  requireGrantable(caller, scopes)
  if (token_ttl !== undefined) requireTokenTtl(token_ttl)
  return {
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(token_ttl === undefined ? {} : { tokenTtl: token_ttl }),
    ...(delegates_to === undefined ? {} : { delegatesTo: delegates_to }),
  }
}

function changedEvents({ claims, origin }: Caller, old: App, app: App): NewAuditEvent[] {
  const shared = {
    actor: claims.sub,
    outcome: 'success' as const,
    app_id: app.appId,
    jti: claims.jti,
  }
  const { tokenTtl: token_ttl, delegatesTo, version } = app
  const parts = { token_ttl, ...listParts('delegates_to', delegatesTo), version }
  const detail = formatDetail('app updated', parts)
  const updated = withOrigin(origin, { ...shared, event_type: 'app_updated', detail })
  if (isSameCeiling(old.scopes, app.scopes)) return [updated]
  const ceiling = formatDetail('ceiling replaced', replacedParts(old.scopes, app.scopes))
  const replaced = { ...shared, event_type: 'scopes_ceiling_updated' as const, detail: ceiling }
  return [updated, withOrigin(origin, replaced)]
}

/** Whether both say the same, in whatever order. */
function isSameCeiling(one: readonly string[], other: readonly string[]): boolean {
  const [before, after] = [new Set(one), new Set(other)]
  return before.size === after.size && one.every((scope) => after.has(scope))
}
