import { formatDetail, type AdminAuthRequest, type AdminAuthResponse } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { Origin } from '../audit/refusal.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import { draftSession } from '../tokens/first-token.ts'
import { rememberToken, type DraftToken } from '../tokens/issue-token.ts'
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
  const draft = await beginAdminSession(context, context.config.adminTokenTtl, {
    ...signedIn,
    request_id: origin.requestId,
    source_ip: origin.sourceIp,
  })
  return {
    access_token: draft.token,
    expires_in: draft.claims.exp - draft.claims.iat,
    token_type: 'Bearer',
  }
}

/** Begins a session of the bootstrap admin; the event is completed with the token's `jti`. */
export async function beginAdminSession(
  context: Context,
  lifetime: number,
  event: Pick<NewAuditEvent, 'event_type' | 'actor' | 'outcome' | 'request_id' | 'source_ip'>,
): Promise<DraftToken> {
  const { session, draft } = draftSession(context, {
    kind: 'admin',
    claims: { sub: 'admin', scope: [...adminScopes] },
    lifetime,
  })
  const ttl = draft.claims.exp - draft.claims.iat
  const { jti } = draft.claims
  const outcome = await context.store.sessions.begin(session, draft.kid, [
    { ...event, jti, detail: formatDetail('admin signed in', { jti, ttl }) },
  ])
  if (!outcome.kept) {
    throw new Fault('service_unavailable', 'the signing key has just changed: sign in again', {
      retryAfter: 1,
    })
  }
  rememberToken(context, draft)
  return draft
}

const signedIn = { event_type: 'admin_auth', actor: 'admin', outcome: 'success' } as const

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
