import {
  encodeHex,
  formatDetail,
  type RegisterAppRequest,
  type RegisterAppResponse,
} from '@agentwrit/protocol'
import { listParts } from '../audit/list-parts.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { requireKept } from '../tokens/require-kept.ts'
import { abbreviate, isAppName, toAppInfo, type App } from './app.ts'
import { requireCeiling, requireTokenTtl } from './app-rules.ts'
import { drawSecret } from './client-secret.ts'

/** An operator lets an app in (contract 4.11). Its secret is shown here and never again. */
export async function registerApp(
  context: Context,
  caller: Caller,
  asked: RegisterAppRequest,
): Promise<RegisterAppResponse> {
  refuseUnlawful(caller, asked)
  const { secret, hash } = drawSecret(context.random)
  const app = makeApp(context, asked, hash)
  const { claims, origin } = caller
  const outcome = await context.store.apps.register(app, presentedBy(caller), [
    withOrigin(origin, {
      event_type: 'app_registered',
      actor: claims.sub,
      outcome: 'success',
      app_id: app.appId,
      jti: claims.jti,
      detail: formatDetail('app registered', {
        name: app.name,
        client_id: app.clientId,
        role: app.role,
        ...listParts('scope', app.scopes),
        token_ttl: app.tokenTtl,
        ...listParts('delegates_to', app.delegatesTo),
      }),
    }),
  ])
  if (!outcome.kept && outcome.guard === 'name_taken') {
    throw new Fault('conflict', 'another app has, or once had, this name')
  }
  requireKept(context, outcome, caller)
  return { ...toAppInfo(app), client_secret: secret }
}

function refuseUnlawful(
  caller: Caller,
  { name, scopes = [], role = 'app', token_ttl }: RegisterAppRequest,
): void {
  if (!isAppName(name)) {
    const form = 'lower-case words of letters and digits, joined by hyphens'
    throw new Fault('invalid_request', `name is 2..64 characters: ${form}, a letter first`)
  }
  requireCeiling(caller, scopes, role)
  if (token_ttl !== undefined) requireTokenTtl(token_ttl)
}

function makeApp(
  { clock, config, random }: Context,
  { name, scopes = [], role = 'app', token_ttl, delegates_to = [] }: RegisterAppRequest,
  secretHash: string,
): App {
  const createdAt = clock()
  return {
    appId: `app-${name}-${encodeHex(random(3))}`,
    name,
    clientId: `${abbreviate(name)}-${encodeHex(random(6))}`,
    role,
    scopes,
    tokenTtl: token_ttl ?? config.appTokenTtl,
    delegatesTo: delegates_to,
    version: 1,
    secretHash,
    createdAt,
    updatedAt: createdAt,
  }
}
