import {
  formatDetail,
  type RotateAppSecretRequest,
  type RotateAppSecretResponse,
} from '@agentwrit/protocol'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { reportEffect } from '../revocation/report-effect.ts'
import { revokedEvent } from '../revocation/revoked-event.ts'
import { toKept, type Revocation } from '../revocation/revocation.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import { requireKept } from '../tokens/require-kept.ts'
import { toWholeSeconds } from '../whole-seconds.ts'
import { isActive, subjectOf, type App, type AppSecretSwap } from './app.ts'
import { unknownApp } from './app-rules.ts'
import { appChanged } from './ceiling.ts'
import { drawSecret } from './client-secret.ts'

/** Milliseconds in which an app can be given its new secret while the old one still works. */
const OVERLAP = 10 * 60 * 1000

/**
 * A fresh secret (contract 4.25); an older previous secret is dropped. Live tokens are not touched, unless every session of
 * the app is to end in the same change, with all it launched.
 */
export async function rotateAppSecret(
  context: Context,
  caller: Caller,
  appId: string,
  { immediate = false, end_sessions: isEnding = false }: RotateAppSecretRequest,
): Promise<RotateAppSecretResponse> {
  const app = await requireActive(context, appId)
  const { secret, hash } = drawSecret(context.random)
  const oldExpiresAt = context.clock() + (immediate ? 0 : OVERLAP)
  await swap(context, caller, {
    appId,
    oldHash: app.secretHash,
    newHash: hash,
    ...(immediate ? {} : { oldExpiresAt }),
    ...(isEnding ? { ending: endingEntry(context, caller, app) } : {}),
  })
  return {
    app_id: appId,
    client_id: app.clientId,
    client_secret: secret,
    previous_secret_expires_at: toWholeSeconds(oldExpiresAt),
  }
}

async function swap(context: Context, caller: Caller, wanted: AppSecretSwap): Promise<void> {
  const { store, live } = context
  const { appId: app_id, ending } = wanted
  const concerned = { app_id, jti: caller.claims.jti }
  const revoked = ending === undefined ? [] : [revokedEvent(caller, ending, concerned)]
  const events = [rotatedEvent(caller, wanted), ...revoked]
  const outcome = await store.apps.rotateSecret(wanted, presentedBy(caller), events)
  if (!outcome.kept && outcome.guard === 'app_changed') {
    await requireActive(context, app_id)
    throw appChanged()
  }
  requireKept(context, outcome, caller)
  if (ending === undefined) return
  for (const part of outcome.ended) live.revocations.add(part)
  const entries = [toKept(ending, outcome)] as const
  await reportEffect(context, { entries, concerned, origin: caller.origin })
}

function rotatedEvent({ claims, origin }: Caller, { appId, oldExpiresAt }: AppSecretSwap) {
  return withOrigin(origin, {
    event_type: 'app_secret_rotated',
    actor: claims.sub,
    outcome: 'success',
    app_id: appId,
    jti: claims.jti,
    detail: formatDetail('client secret rotated', { immediate: oldExpiresAt === undefined }),
  })
}

/** Names the app's sessions, as `agent` `app:<id>` does. */
function endingEntry({ clock, random }: Context, { claims }: Caller, app: App): Revocation {
  return {
    id: timeOrderedId(clock, random),
    level: 'agent',
    target: subjectOf(app),
    released: false,
    reason: 'secret rotated',
    actor: claims.sub,
  }
}

async function requireActive({ store }: Context, appId: string): Promise<App> {
  const app = await store.apps.find(appId)
  if (app === undefined) throw unknownApp()
  if (!isActive(app)) throw new Fault('conflict', 'the app is inactive: its secret opens nothing')
  return app
}
