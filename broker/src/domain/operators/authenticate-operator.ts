import {
  formatDetail,
  type Claims,
  type AdminAuthRequest,
  type AdminAuthResponse,
} from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { Origin } from '../audit/refusal.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault, keyChanged } from '../fault.ts'
import { draftSession } from '../tokens/first-token.ts'
import { rememberToken, type DraftToken } from '../tokens/draft-token.ts'
import { adminScopes } from './operator.ts'

/** An operator signs in (contract 4.9). Wrong secret and unknown name are one and the same answer. */
export async function authenticateOperator(
  context: Context,
  { secret, operator }: AdminAuthRequest,
  origin: Origin,
): Promise<AdminAuthResponse> {
  const matches = await context.keys.isAdminSecret(secret)
  if (operator !== undefined) throw refused('unknown_operator')
  if (!context.config.bootstrapLogin) throw refused('bootstrap_login_off')
  if (!matches) throw refused('wrong_secret')
  const draft = await beginAdminSession(context, context.config.adminTokenTtl, ({ jti }, ttl) =>
    withOrigin(origin, {
      event_type: 'admin_auth',
      actor: 'admin',
      outcome: 'success',
      jti,
      detail: formatDetail('admin signed in', { jti, ttl }),
    }),
  )
  return {
    access_token: draft.token,
    expires_in: draft.claims.exp - draft.claims.iat,
    token_type: 'Bearer',
  }
}

/** Begins a session of the bootstrap admin; `toEvent` tells how it came about (`ttl` in seconds). */
export async function beginAdminSession(
  context: Context,
  lifetime: number,
  toEvent: (claims: Claims, ttl: number) => NewAuditEvent,
): Promise<DraftToken> {
  const { session, draft } = draftSession(context, {
    kind: 'admin',
    claims: { sub: 'admin', scope: [...adminScopes] },
    lifetime,
  })
  const event = toEvent(draft.claims, draft.claims.exp - draft.claims.iat)
  const outcome = await context.store.sessions.begin(session, draft.kid, [event])
  if (!outcome.kept) throw keyChanged()
  rememberToken(context, draft)
  return draft
}

function refused(reason: string): Fault {
  return new Fault('unauthorized', 'the secret is wrong', {
    refusal: {
      event: {
        event_type: 'admin_auth_failed',
        actor: 'anonymous',
        outcome: 'denied',
        detail: formatDetail('sign-in refused', { reason }),
      },
    },
  })
}
