import {
  findUncovered,
  lineageOf,
  maxDelegationDepth,
  type DelegateRequest,
  type DelegateResponse,
} from '@agentwrit/protocol'
import { appChanged } from '../apps/ceiling.ts'
import type { Context } from '../context.ts'
import { Fault, keyChanged } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { findUngrantable, ungrantableFault } from '../scopes/grantable.ts'
import { rememberToken } from '../tokens/draft-token.ts'
import { toSession } from '../tokens/first-token.ts'
import { requireKept } from '../tokens/require-kept.ts'
import { delegationCreated } from './delegation-created.ts'
import { delegationRefused, tooWide } from './delegation-refused.ts'
import type { NewDelegation, Quota } from './delegation.ts'
import { draftDelegation, type DraftDelegation } from './draft-delegation.ts'
import { requireDelegate, type Delegate } from './require-delegate.ts'
import { requireDelegatorApps } from './require-delegator-apps.ts'
import { requireQuota, tooManyDelegations } from './require-quota.ts'

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

interface Keeping extends DraftDelegation {
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
