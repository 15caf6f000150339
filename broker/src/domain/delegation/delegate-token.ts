import {
  extendChain,
  findUncovered,
  lineageOf,
  maxDelegationDepth,
  type Claims,
  type DelegateRequest,
  type DelegateResponse,
  type DelegationRecord,
} from '@agentwrit/protocol'
import { appChanged } from '../apps/ceiling.ts'
import type { Context } from '../context.ts'
import { Fault, keyChanged } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { findUngrantable, ungrantableFault } from '../scopes/grantable.ts'
import { draftToken, rememberToken, type DraftToken } from '../tokens/draft-token.ts'
import { toSession } from '../tokens/first-token.ts'
import { requireKept } from '../tokens/require-kept.ts'
import { sha256 } from '../tokens/sha-256.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import { delegationCreated } from './delegation-created.ts'
import { delegationRefused, tooWide } from './delegation-refused.ts'
import type { NewDelegation, Quota } from './delegation.ts'
import { requireDelegate, type Delegate } from './require-delegate.ts'
import { requireDelegatorApps } from './require-delegator-apps.ts'
import { requireQuota, tooManyDelegations } from './require-quota.ts'

/** Seconds that a delegated token lives unless asked otherwise. */
const DEFAULT_LIFETIME = 60

/**
 * An agent hands a part of its authority to another agent (contract 4.6): a token of its own, never wider and never
 * longer than the one presented, with a record that binds who gave what to whom. The checks read; one change keeps
 * session, token and record, and repeats every check that another request could have overtaken.
 */
export async function delegateToken(
  context: Context,
  caller: Caller,
  asked: DelegateRequest,
): Promise<DelegateResponse> {
  refuseUnlawful(caller, asked)
  requireDepth(caller)
  requireWithinHeld(caller, asked.scope)
  const apps = await requireDelegatorApps(context, caller, asked.scope)
  const delegate = await requireDelegate(context, caller, { asked, apps })
  const quota = await requireQuota(context, caller)
  const drafted = draftDelegation(context, caller, { asked, delegate })
  await keep(context, caller, { ...drafted, asked, delegate, quota })
  rememberToken(context, drafted.draft)
  const { claims, token } = drafted.draft
  return {
    access_token: token,
    expires_in: claims.exp - claims.iat,
    delegation_chain: claims.delegation_chain ?? [],
  }
}

function refuseUnlawful(caller: Caller, { scope }: DelegateRequest): void {
  const ungrantable = findUngrantable(scope)
  if (ungrantable === undefined) return
  const { code, message: detail } = ungrantableFault('scope', ungrantable)
  if (ungrantable.problem !== 'reserved') throw new Fault(code, detail)
  throw delegationRefused(caller, { code, detail, reason: 'scope_reserved' })
}

function requireDepth(caller: Caller): void {
  if ((caller.claims.delegation_chain?.length ?? 0) < maxDelegationDepth) return
  const detail = `a chain has at most ${maxDelegationDepth} delegations`
  throw delegationRefused(caller, { code: 'scope_violation', detail, reason: 'too_deep' })
}

function requireWithinHeld(caller: Caller, scope: readonly string[]): void {
  const held = caller.claims.scope
  if (findUncovered(scope, held).length === 0) return
  const detail = 'scope is wider than that of the presented token'
  throw tooWide(caller, detail, { requested: scope, held })
}

interface Drafted {
  readonly draft: DraftToken
  readonly record: DelegationRecord
}

/** Token and record, signed by the same key; neither exists before the change that keeps both. */
function draftDelegation(
  context: Context,
  caller: Caller,
  { asked, delegate }: { readonly asked: DelegateRequest; readonly delegate: Delegate },
): Drafted {
  const { clock, random, config, keys } = context
  const [sid, jti] = [timeOrderedId(clock, random), timeOrderedId(clock, random)]
  const grant = {
    delegatee: delegate.agent.agentId,
    granted_scope: asked.scope,
    jti,
    sid,
    delegated_at: new Date(clock()).toISOString(),
  }
  const sign = (message: Uint8Array) => keys.signMessage(message)
  const signer = { kid: keys.activeKid, hash: sha256, sign }
  const chain = extendChain(caller.claims, grant, signer)
  const subject = { ...toSubject(caller.claims, delegate, asked.scope), sid, jti, ...chain }
  const draft = draftToken(context, subject, {
    seconds: asked.ttl === undefined || asked.ttl === 0 ? DEFAULT_LIFETIME : asked.ttl,
    sessionEndsAt: clock() + config.maxSessionAge * 1000,
    delegatorExp: caller.claims.exp,
  })
  const record = chain.delegation_chain.at(-1)
  if (draft === undefined || record === undefined) {
    const detail = 'less than a second of the presented token is left'
    throw delegationRefused(caller, { code: 'unauthorized', detail, reason: 'too_late' })
  }
  return { draft, record }
}

/** Work stays the delegator's, for whom and in which task; who does it is the delegate, bound to its own key. */
function toSubject(
  { aud, task_id, orch_id }: Claims,
  { agent: { agentId, appId, lsid, jkt } }: Delegate,
  scope: string[],
): Pick<Claims, 'sub' | 'aud' | 'scope' | 'task_id' | 'orch_id' | 'app_id' | 'lsid' | 'cnf'> {
  return {
    ...(aud === undefined ? {} : { aud }),
    sub: agentId,
    scope,
    ...(task_id === undefined ? {} : { task_id }),
    ...(orch_id === undefined ? {} : { orch_id }),
    ...(appId === undefined ? {} : { app_id: appId }),
    ...(lsid === undefined ? {} : { lsid }),
    cnf: { jkt },
  }
}

interface Keeping extends Drafted {
  readonly asked: DelegateRequest
  readonly delegate: Delegate
  readonly quota: Quota
}

async function keep(context: Context, caller: Caller, keeping: Keeping): Promise<void> {
  const { draft, delegate, asked } = keeping
  const delegation = toDelegation(context, caller, keeping)
  const events = [delegationCreated(caller, draft.claims)]
  const outcome = await context.store.delegations.create(delegation, events)
  if (outcome.kept) return
  if (outcome.guard === 'key_not_active') throw keyChanged()
  if (outcome.guard === 'delegate_inactive') throw delegate.inactive()
  if (outcome.guard === 'too_many_delegations') throw tooManyDelegations(caller)
  if (outcome.guard !== 'app_changed') return requireKept(context, outcome, caller)
  // The apps as they are now decide; if these allow it as well, nothing is lost by asking again.
  const apps = await requireDelegatorApps(context, caller, asked.scope)
  await requireDelegate(context, caller, { asked, apps })
  throw appChanged()
}

function toDelegation(
  { clock, config }: Context,
  caller: Caller,
  { draft, record, delegate, quota }: Keeping,
): NewDelegation {
  const { claims, kid } = draft
  const times = { startedAt: clock(), endsAt: clock() + config.maxSessionAge * 1000 }
  const { delegation_chain: { length: depth } = [], chain_hash: chainHash = '' } = claims
  const delegated = { parentSid: caller.sid, chainHash, depth }
  return {
    presented: presentedBy(caller),
    delegate: delegate.session,
    apps: delegate.apps,
    session: { ...toSession('delegated', draft, times), delegated },
    record,
    root: lineageOf(claims).root,
    kid,
    quota,
  }
}
