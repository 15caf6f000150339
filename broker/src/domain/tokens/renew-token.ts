import { findUncovered, type Claims, type TokenResponse } from '@agentwrit/protocol'
import type { ActingApp } from '../apps/acting-app.ts'
import { appChanged } from '../apps/ceiling.ts'
import type { Context } from '../context.ts'
import { keyChanged } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { reportEffect } from '../revocation/report-effect.ts'
import type { KeptRevocation } from '../revocation/revocation.ts'
import { attributionOf } from './attribution.ts'
import { draftToken, rememberToken, type DraftToken } from './draft-token.ts'
import { endingChildren } from './end-children.ts'
import { toRepeatable, type WantedRenewal } from './renewal.ts'
import { renewalRefused } from './renewal-refused.ts'
import { renewedEvents } from './renewed-events.ts'
import { repeatRenewal } from './repeat-renewal.ts'
import { requireDelegator } from './require-delegator.ts'
import { requireRenewingApps } from './require-renewing-apps.ts'
import type { Session } from './session.ts'
import { sha256 } from './sha-256.ts'

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
  const apps = await requireRenewingApps(context, caller, scope)
  const delegator = await requireDelegator(context, caller)
  const draft = draftSuccessor(context, caller, { session: { ...session, scope }, delegator })

  const isFirst = await swap(context, caller, { draft, wanted, apps, delegator })
  if (!isFirst) return repeatRenewal(context, caller, wanted)
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

interface Grounds {
  /** With the scope that the successor is to have. */
  readonly session: Session
  /** Of a delegated session. */
  readonly delegator: Session | undefined
}

function draftSuccessor(
  context: Context,
  caller: Caller,
  { session: { lifetime, endsAt, scope }, delegator }: Grounds,
): DraftToken {
  const { claims, sid } = caller
  const { iss: _iss, exp: _exp, nbf: _nbf, iat: _iat, jti: _jti, ...subject } = claims
  const times = { seconds: lifetime, sessionEndsAt: endsAt, delegatorExp: delegator?.currentExp }
  const draft = draftToken(context, { ...subject, sid, scope: [...scope] }, times)
  if (draft === undefined) throw renewalRefused(caller, 'session_too_old')
  return draft
}

interface Succession {
  readonly draft: DraftToken
  readonly wanted: WantedRenewal
  /** In whose name, as they were read. */
  readonly apps: readonly ActingApp[]
  readonly delegator: Session | undefined
}

/** False if another renewal of the same token was first. */
async function swap(context: Context, caller: Caller, succession: Succession): Promise<boolean> {
  const { draft, wanted, apps, delegator } = succession
  const { claims: old, sid } = caller
  const { claims, kid } = draft
  const repeatable = toRepeatable(wanted, claims)
  const ending = endingChildren(context, old, claims)
  const outcome = await context.store.sessions.renew(
    {
      presented: presentedBy(caller),
      oldExp: old.exp,
      ...(old.lsid === undefined ? {} : { lsid: old.lsid }),
      ...(delegator === undefined ? {} : { delegator }),
      apps,
      newJti: claims.jti,
      newHash: sha256(draft.token),
      newExp: claims.exp,
      scope: claims.scope,
      isNarrowed: findUncovered(old.scope, claims.scope).length > 0,
      kid,
      ...(repeatable === undefined ? {} : { repeatable }),
      ...(ending === undefined ? {} : { ending }),
    },
    renewedEvents(caller, claims, { isNarrowed: wanted.scope !== undefined, ending }),
  )
  if (outcome.kept) {
    const { revocations } = context.live
    for (const entry of outcome.ended) revocations.add(entry)
    revocations.renewed(sid, claims, old.exp)
    await reportEnded(context, caller, { ended: outcome.ended, successor: claims })
    return true
  }
  if (outcome.guard === 'session_not_current') return false
  if (outcome.guard === 'key_not_active') throw keyChanged()
  if (outcome.guard !== 'app_changed') throw renewalRefused(caller, outcome.guard)
  // The apps as they are now decide; if these allow it as well, nothing is lost by asking again.
  await requireRenewingApps(context, caller, claims.scope)
  throw appChanged()
}

interface Shortened {
  readonly ended: readonly KeptRevocation[]
  readonly successor: Claims
}

/** What was delegated past the successor's end has died with it. */
async function reportEnded(
  context: Context,
  { origin }: Caller,
  { ended: [first, ...others], successor }: Shortened,
): Promise<void> {
  if (first === undefined) return
  const concerned = { jti: successor.jti, ...attributionOf(successor) }
  await reportEffect(context, { entries: [first, ...others], concerned, origin })
}
