import { findUncovered, formatDetail, type TokenResponse } from '@agentwrit/protocol'
import type { ActingApp } from '../apps/acting-app.ts'
import { appChanged } from '../apps/ceiling.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { keyChanged } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { attributionOf } from './attribution.ts'
import { draftToken, rememberToken, type DraftToken } from './draft-token.ts'
import { toRepeatable, type WantedRenewal } from './renewal.ts'
import { renewalRefused } from './renewal-refused.ts'
import { repeatRenewal } from './repeat-renewal.ts'
import { requireRenewingApp } from './require-renewing-app.ts'
import type { Session } from './session.ts'

/**
 * The successor replaces the presented token (contract 4.4). Which of any number of concurrent renewals is first is
 * decided by one compare-and-set in the database; the old token is dead from the same commit. Whoever comes second gets
 * the same successor if it is the same request, known by its idempotency key, and nothing otherwise.
 */
export async function renewToken(
  context: Context,
  caller: Caller,
  wanted: WantedRenewal,
): Promise<TokenResponse> {
  requireRenewable(caller)
  const session = await context.store.sessions.find(caller.sid)
  if (session === undefined) throw renewalRefused(caller, 'session_over')
  if (session.currentJti !== caller.claims.jti) return repeatRenewal(context, caller, wanted)
  const scope = narrowedScope(caller, wanted)
  const app = await requireRenewingApp(context, caller, scope)
  const draft = draftSuccessor(context, caller, { ...session, scope })
  if (draft === undefined) throw renewalRefused(caller, 'session_too_old')

  const isFirst = await swap(context, caller, { draft, wanted, app })
  if (!isFirst) return repeatRenewal(context, caller, wanted)
  context.live.revocations.renewed(caller.sid, draft.claims, caller.claims.exp)
  rememberToken(context, draft)
  return { access_token: draft.token, expires_in: draft.claims.exp - draft.claims.iat }
}

/** Operators sign in again: a session that renews itself would outlive its secret. */
function requireRenewable(caller: Caller): void {
  if (caller.kind === 'agent' || caller.kind === 'app') return
  throw renewalRefused(caller, 'not_renewable', { code: 'forbidden' })
}

/** What the successor may do: as much as the presented token, or less on request. */
function narrowedScope(caller: Caller, { scope }: WantedRenewal): readonly string[] {
  const held = caller.claims.scope
  if (scope === undefined) return held
  if (scope.length > 0 && findUncovered(scope, held).length === 0) return scope
  const parts = { requested: scope, held }
  throw renewalRefused(caller, 'widened', { code: 'scope_violation', parts })
}

function draftSuccessor(
  context: Context,
  { claims, sid }: Caller,
  { lifetime, endsAt, scope }: Session,
): DraftToken | undefined {
  const { iss: _iss, exp: _exp, nbf: _nbf, iat: _iat, jti: _jti, ...subject } = claims
  const successor = { ...subject, sid, scope: [...scope] }
  return draftToken(context, successor, { seconds: lifetime, sessionEndsAt: endsAt })
}

interface Succession {
  readonly draft: DraftToken
  readonly wanted: WantedRenewal
  /** In whose name, as it was read. */
  readonly app: ActingApp | undefined
}

/** False if another renewal of the same token was first. */
async function swap(
  context: Context,
  caller: Caller,
  { draft, wanted, app }: Succession,
): Promise<boolean> {
  const { claims: old, sid, origin } = caller
  const { claims, kid } = draft
  const { jti, exp, iat, scope } = claims
  const repeatable = toRepeatable(wanted, claims)
  const outcome = await context.store.sessions.renew(
    {
      sid,
      ...(old.lsid === undefined ? {} : { lsid: old.lsid }),
      oldJti: old.jti,
      oldExp: old.exp,
      newJti: jti,
      newExp: exp,
      scope,
      kid,
      ...(app === undefined ? {} : { app }),
      ...(repeatable === undefined ? {} : { repeatable }),
    },
    [
      withOrigin(origin, {
        event_type: 'token_renewed',
        actor: old.sub,
        outcome: 'success',
        jti,
        detail: formatDetail('token renewed', {
          jti,
          old_jti: old.jti,
          ttl: exp - iat,
          ...(wanted.scope === undefined ? {} : { scope }),
        }),
        ...attributionOf(claims),
      }),
    ],
  )
  if (outcome.kept) return true
  if (outcome.guard === 'session_not_current') return false
  if (outcome.guard === 'key_not_active') throw keyChanged()
  if (outcome.guard !== 'app_changed') throw renewalRefused(caller, outcome.guard)
  // The app as it is now decides; if that allows it as well, nothing is lost by asking again.
  await requireRenewingApp(context, caller, scope)
  throw appChanged()
}
