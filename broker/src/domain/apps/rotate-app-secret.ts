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
import { requireKept } from '../tokens/require-kept.ts'
import { toWholeSeconds } from '../whole-seconds.ts'
import { isActive, type App } from './app.ts'
import { unknownApp } from './app-rules.ts'
import { appChanged } from './ceiling.ts'
import { drawSecret } from './client-secret.ts'

/** Milliseconds in which an app can be given its new secret while the old one still works. */
const OVERLAP = 10 * 60 * 1000

/** A fresh secret (contract 4.25). Live tokens are not touched; an older previous secret is dropped. */
export async function rotateAppSecret(
  context: Context,
  caller: Caller,
  appId: string,
  { immediate = false }: RotateAppSecretRequest,
): Promise<RotateAppSecretResponse> {
  const app = await requireActive(context, appId)
  const { secret, hash } = drawSecret(context.random)
  const oldExpiresAt = context.clock() + (immediate ? 0 : OVERLAP)
  const { claims, origin } = caller
  const outcome = await context.store.apps.rotateSecret(
    {
      appId,
      oldHash: app.secretHash,
      newHash: hash,
      ...(immediate ? {} : { oldExpiresAt }),
    },
    presentedBy(caller),
    [
      withOrigin(origin, {
        event_type: 'app_secret_rotated',
        actor: claims.sub,
        outcome: 'success',
        app_id: appId,
        jti: claims.jti,
        detail: formatDetail('client secret rotated', { immediate: String(immediate) }),
      }),
    ],
  )
  if (!outcome.kept && outcome.guard === 'app_changed') {
    await requireActive(context, appId)
    throw appChanged()
  }
  requireKept(context, outcome, caller)
  return {
    app_id: appId,
    client_id: app.clientId,
    client_secret: secret,
    previous_secret_expires_at: toWholeSeconds(oldExpiresAt),
  }
}

async function requireActive({ store }: Context, appId: string): Promise<App> {
  const app = await store.apps.find(appId)
  if (app === undefined) throw unknownApp()
  if (!isActive(app)) throw new Fault('conflict', 'the app is inactive: its secret opens nothing')
  return app
}
