import { formatDetail, type AppAuthRequest, type AppAuthResponse } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { Origin } from '../audit/refusal.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault, keyChanged } from '../fault.ts'
import { rememberToken, type DraftToken } from '../tokens/draft-token.ts'
import { draftSession } from '../tokens/first-token.ts'
import { isActive, scopesOfRole, subjectOf, type App } from './app.ts'
import { appChanged, asRead } from './ceiling.ts'
import { matchSecret, type SecretMatch } from './client-secret.ts'

/** An app signs in (contract 4.13). Unknown id, inactive app and wrong secret are one and the same answer. */
export async function authenticateApp(
  context: Context,
  asked: AppAuthRequest,
  origin: Origin,
): Promise<AppAuthResponse> {
  const { app, match } = await requireCredential(context, asked)
  const scope = scopesOfRole(app.role)
  const { session, draft } = draftSession(context, {
    kind: 'app',
    claims: { sub: subjectOf(app), scope, app_id: app.appId },
    lifetime: app.tokenTtl,
  })
  const outcome = await context.store.apps.signIn(
    {
      app: asRead(app),
      secretHash: match.hash,
      isPrevious: match.isPrevious,
      session,
      kid: draft.kid,
    },
    [signedInEvent(draft, match, origin)],
  )
  if (!outcome.kept) {
    if (outcome.guard === 'key_not_active') throw keyChanged()
    // Overtaken by an operator: the app as it is now decides.
    await requireCredential(context, asked)
    throw appChanged()
  }
  rememberToken(context, draft)
  const { exp, iat } = draft.claims
  return {
    access_token: draft.token,
    expires_in: exp - iat,
    token_type: 'Bearer',
    scopes: scope,
  }
}

interface Credential {
  readonly app: App
  readonly match: SecretMatch
}

/** Everything is looked at before anything is refused. */
async function requireCredential(
  { store, clock }: Context,
  { client_id, client_secret }: AppAuthRequest,
): Promise<Credential> {
  const app = await store.apps.findByClientId(client_id)
  const match = matchSecret(app, client_secret, clock())
  if (app === undefined) throw refused('unknown_client_id')
  if (!isActive(app)) throw refused('app_inactive', app)
  if (match === undefined) throw refused('wrong_secret', app)
  return { app, match }
}

function signedInEvent(
  { claims: { jti, exp, iat, sub, app_id } }: DraftToken,
  { isPrevious }: SecretMatch,
  origin: Origin,
): NewAuditEvent {
  const secret = isPrevious ? 'previous' : 'current'
  return withOrigin(origin, {
    event_type: 'app_authenticated',
    actor: sub,
    outcome: 'success',
    ...(app_id === undefined ? {} : { app_id }),
    jti,
    detail: formatDetail('app signed in', { jti, ttl: exp - iat, secret }),
  })
}

/** The event names the app whose id was used; who used it is nobody's to say. */
function refused(reason: string, app?: App): Fault {
  return new Fault('unauthorized', 'client_id or client_secret is wrong', {
    refusal: {
      event: {
        event_type: 'app_auth_failed',
        actor: 'anonymous',
        outcome: 'denied',
        ...(app === undefined ? {} : { app_id: app.appId }),
        detail: formatDetail('sign-in refused', { reason }),
      },
    },
  })
}
