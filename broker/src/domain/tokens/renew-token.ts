import { formatDetail, type TokenResponse } from '@agentwrit/protocol'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault, keyChanged } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { attributionOf } from './attribution.ts'
import { draftToken, rememberToken, type DraftToken } from './draft-token.ts'
import type { Session } from './session.ts'

/**
 * The successor replaces the presented token (contract 4.4). Which of any number of concurrent renewals is first is
 * decided by one compare-and-set in the database; the old token is dead from the same commit.
 */
export async function renewToken(context: Context, caller: Caller): Promise<TokenResponse> {
  requireRenewable(caller)
  const session = await context.store.sessions.find(caller.sid)
  if (session === undefined) throw refused(caller, 'session_over')
  const draft = draftSuccessor(context, caller, session)
  if (draft === undefined) throw refused(caller, 'session_too_old')

  await swap(context, caller, draft)
  context.live.revocations.renewed(caller.sid, draft.claims, caller.claims.exp)
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
  { claims, sid }: Caller,
  { lifetime, endsAt }: Session,
): DraftToken | undefined {
  const { iss: _iss, exp: _exp, nbf: _nbf, iat: _iat, jti: _jti, ...subject } = claims
  return draftToken(context, { ...subject, sid }, { seconds: lifetime, sessionEndsAt: endsAt })
}

async function swap(context: Context, caller: Caller, { claims, kid }: DraftToken): Promise<void> {
  const { claims: old, sid, origin } = caller
  const { jti, exp, iat, scope } = claims
  const outcome = await context.store.sessions.renew(
    {
      sid,
      ...(old.lsid === undefined ? {} : { lsid: old.lsid }),
      oldJti: old.jti,
      newJti: jti,
      newExp: exp,
      scope,
      kid,
    },
    [
      withOrigin(origin, {
        event_type: 'token_renewed',
        actor: old.sub,
        outcome: 'success',
        jti,
        detail: formatDetail('token renewed', { jti, old_jti: old.jti, ttl: exp - iat }),
        ...attributionOf(claims),
      }),
    ],
  )
  if (outcome.kept) return
  throw outcome.guard === 'key_not_active' ? keyChanged() : refused(caller, outcome.guard)
}

function refused(
  caller: Caller,
  reason: string,
  code: 'unauthorized' | 'forbidden' = 'unauthorized',
): Fault {
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
