import { formatDetail, type DeregisterAppResponse } from '@agentwrit/protocol'
import { relatingTo } from '../audit/relation.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { reportEffect } from '../revocation/report-effect.ts'
import { toKept, type Revocation } from '../revocation/revocation.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import { requireKept } from '../tokens/require-kept.ts'
import { toWholeSeconds } from '../whole-seconds.ts'
import { toAppInfo, type App } from './app.ts'
import { unknownApp } from './app-rules.ts'

/**
 * For good (contract 4.12): one change makes the app inactive and ends its tokens, its launch tokens and its agents with
 * all they delegated. Repeating it changes nothing and answers the same.
 */
export async function deregisterApp(
  context: Context,
  caller: Caller,
  appId: string,
): Promise<DeregisterAppResponse> {
  const { apps } = context.store
  const app = await apps.find(appId)
  if (app === undefined) throw unknownApp()
  if (app.deregisteredAt !== undefined) return toResponse(app, app.deregisteredAt)

  const { claims, origin } = caller
  const entry = appEntry(context, caller, appId)
  const outcome = await apps.deregister(entry, presentedBy(caller), [
    withOrigin(origin, {
      event_type: 'app_deregistered',
      actor: claims.sub,
      outcome: 'success',
      app_id: appId,
      jti: claims.jti,
      ...relatingTo('app', appId),
      detail: formatDetail('app deregistered', { name: app.name, revocation: entry.id }),
    }),
  ])
  if (outcome.kept) {
    const kept = toKept(entry, outcome)
    context.live.revocations.add(kept)
    const concerned = { app_id: appId, jti: claims.jti }
    await reportEffect(context, { entries: [kept], concerned, origin })
    return toResponse(app, outcome.at)
  }
  if (outcome.guard !== 'app_inactive') requireKept(context, outcome, caller)
  // Another operator was first.
  const now = await apps.find(appId)
  if (now?.deregisteredAt === undefined) throw unknownApp()
  return toResponse(now, now.deregisteredAt)
}

function appEntry({ clock, random }: Context, { claims }: Caller, appId: string): Revocation {
  return {
    id: timeOrderedId(clock, random),
    level: 'app',
    target: appId,
    released: false,
    reason: 'deregistered',
    actor: claims.sub,
  }
}

function toResponse(app: App, deregisteredAt: number): DeregisterAppResponse {
  const info = toAppInfo({ ...app, deregisteredAt, updatedAt: deregisteredAt })
  return { ...info, deregistered_at: toWholeSeconds(deregisteredAt) }
}
