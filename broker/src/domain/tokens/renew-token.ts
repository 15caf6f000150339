import { formatDetail, type Claims, type TokenResponse } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { attributionOf } from './attribution.ts'
import { draftToken, rememberToken, type DraftToken } from './issue-token.ts'
import type { Session } from './session.ts'

/**
 * The successor replaces the presented token (contract 4.4). Which of any number of concurrent renewals is first is
 * decided by one compare-and-set in the database; the old token is dead from the same commit.
 */
export async function renewToken(context: Context, caller: Caller): Promise<TokenResponse> {
  requireRenewable(caller)
  const session = await context.store.sessions.find(caller.claims.sid ?? '')
  if (session === undefined) throw refused(caller, 'session_over')
  const draft = draftSuccessor(context, caller.claims, session)
  if (draft === undefined) throw refused(caller, 'session_too_old')

  await swap(context, caller, draft)
  context.live.revocations.supersede(caller.claims.jti, caller.claims.exp)
  rememberToken(context, draft)
  return { access_token: draft.token, expires_in: draft.claims.exp - draft.claims.iat }
}

/** Operators sign in again: a session that renews itself would outlive its secret. */
function requireRenewable(caller: Caller): void {
  if (caller.kind === 'agent' || caller.kind === 'app') return
  throw refused(caller, 'not_renewable', 'forbidden')
}

function draftSuccessor(
  context: Context,
  claims: Claims,
  session: Session,
): DraftToken | undefined {
  const { iss: _iss, exp: _exp, nbf: _nbf, iat: _iat, jti: _jti, aud: _aud, ...subject } = claims
  const lifetime = { seconds: session.lifetime, sessionEndsAt: session.endsAt }
  return draftToken(context, { ...subject, sid: session.sid }, lifetime)
}

async function swap(context: Context, caller: Caller, { claims, kid }: DraftToken): Promise<void> {
  const { claims: old, origin } = caller
  const outcome = await context.store.sessions.renew(
    {
      sid: old.sid ?? '',
      ...(old.lsid === undefined ? {} : { lsid: old.lsid }),
      oldJti: old.jti,
      newJti: claims.jti,
      newExp: claims.exp,
      scope: claims.scope,
      kid,
    },
    [
      {
        event_type: 'token_renewed',
        actor: old.sub,
        outcome: 'success',
        jti: claims.jti,
        detail: formatDetail('token renewed', {
          jti: claims.jti,
          old_jti: old.jti,
          ttl: claims.exp - claims.iat,
        }),
        ...attributionOf(claims),
        request_id: origin.requestId,
        source_ip: origin.sourceIp,
      },
    ],
  )
  if (!outcome.kept) throw refused(caller, outcome.guard)
}

function refused(
  caller: Caller,
  reason: string,
  code: 'unauthorized' | 'forbidden' = 'unauthorized',
) {
  const { claims } = caller
  const detail =
    code === 'forbidden' ? 'operators sign in again instead' : 'the token cannot be renewed'
  return new Fault(code, detail, {
    refusal: {
      verifiedJti: claims.jti,
      event: {
        event_type: 'token_renewal_failed',
        actor: claims.sub,
        outcome: 'denied',
        jti: claims.jti,
        detail: formatDetail('renewal refused', { reason }),
        ...attributionOf(claims),
      },
    },
  })
}
