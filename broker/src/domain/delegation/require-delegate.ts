import { lineageOf, type DelegateRequest } from '@agentwrit/protocol'
import type { ActingApp } from '../apps/acting-app.ts'
import { isActive, type App } from '../apps/app.ts'
import { asRead, beyondCeiling } from '../apps/ceiling.ts'
import type { Context } from '../context.ts'
import type { Fault } from '../fault.ts'
import type { Agent } from '../identity/agent.ts'
import type { Caller } from '../identity/caller.ts'
import type { DelegateSession } from './delegation.ts'
import { delegationRefused, tooWide } from './delegation-refused.ts'
import { isWithinReach } from './reach.ts'
import type { LineageApps } from './require-delegator-apps.ts'

/** Who is to receive the token, as far as the change guards it. */
export interface Delegate {
  readonly agent: Agent
  readonly session: DelegateSession
  /** Every app of the new token's lineage, as it was read. */
  readonly apps: readonly ActingApp[]
  /** The refusal if it dies before the change is kept. */
  readonly inactive: () => Fault
}

interface Wanted {
  readonly asked: DelegateRequest
  readonly apps: LineageApps
}

/**
 * The delegate exists, is within the delegator's reach, its app's ceiling covers the scope, and it is active. One that is
 * out of reach looks like one that does not exist.
 */
export async function requireDelegate(
  context: Context,
  caller: Caller,
  { asked, apps }: Wanted,
): Promise<Delegate> {
  const agent = await context.store.agents.find(asked.delegate_to)
  if (agent === undefined) throw unknownDelegate(caller)
  if (!isWithinReach(apps.get(caller.claims.app_id ?? ''), agent.appId)) {
    throw unknownDelegate(caller)
  }
  const inactive = () => inactiveDelegate(caller, agent)
  const app = agent.appId === undefined ? undefined : await context.store.apps.find(agent.appId)
  if (app !== undefined) requireCovered(caller, app, asked.scope)
  if (agent.appId !== undefined && (app === undefined || !isActive(app))) throw inactive()
  const session = await requireActive(context, agent, inactive)
  const all = new Map(app === undefined ? apps : [...apps, [app.appId, app]])
  return { agent, session, apps: [...all.values()].map(asRead), inactive }
}

function requireCovered(caller: Caller, app: App, scope: readonly string[]): void {
  if (beyondCeiling(app, scope).length === 0) return
  const detail = "scope is wider than the delegate's app may hold"
  // The trail of an app tells it nothing about another.
  const own = app.appId === caller.claims.app_id ? { ceiling: app.scopes } : {}
  throw tooWide(caller, detail, { requested: scope, ...own })
}

/** Its registration has a live token; the change guards the same. */
async function requireActive(
  { store, clock, keys, live }: Context,
  { agentId, appId, sid, lsid, taskId }: Agent,
  inactive: () => Fault,
): Promise<DelegateSession> {
  const session = await store.sessions.find(sid)
  const now = clock()
  if (session === undefined || session.currentExp * 1000 <= now || session.endsAt <= now) {
    throw inactive()
  }
  const { currentJti: jti, currentExp: exp, kid, startedAt } = session
  const ids = {
    jti,
    sid,
    sub: agentId,
    task_id: taskId,
    ...(appId === undefined ? {} : { app_id: appId }),
    ...(lsid === undefined ? {} : { lsid }),
  }
  // Of what a task's entry killed nothing was renewed: the beginning of the session dates its token.
  const reason = live.revocations.reasonOver({ ...ids, exp, iat: Math.floor(startedAt / 1000) })
  if (reason !== undefined || !keys.accepts(kid)) throw inactive()
  return { sid, lineage: lineageOf(ids), kid, startedAt }
}

/** One reason for both, in the audit as well: an app reads its own events. */
function unknownDelegate(caller: Caller): Fault {
  const detail = 'no agent within reach has this id'
  return delegationRefused(caller, { code: 'not_found', detail, reason: 'no_delegate_in_reach' })
}

function inactiveDelegate(caller: Caller, { agentId }: Agent): Fault {
  const detail = 'the delegate is not active: it was released, revoked or has expired'
  const parts = { delegate: agentId }
  return delegationRefused(caller, { code: 'conflict', detail, reason: 'delegate_inactive', parts })
}
