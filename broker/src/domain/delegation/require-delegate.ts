import { lineageOf, type DelegateRequest } from '@agentwrit/protocol'
import type { ActingApp } from '../apps/acting-app.ts'
import type { App } from '../apps/app.ts'
import { asRead, beyondCeiling, findActingApp } from '../apps/ceiling.ts'
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
  if (agent === undefined) throw unknownDelegate(caller, 'delegate_unknown')
  if (!isWithinReach(apps.get(caller.claims.app_id ?? ''), agent.appId)) {
    throw unknownDelegate(caller, 'delegate_out_of_reach')
  }
  const inactive = () => inactiveDelegate(caller, agent)
  const app = await findDelegateApp(context, agent)
  if (app === 'inactive') throw inactive()
  if (app !== undefined) requireCovered(caller, app, asked.scope)
  const session = await requireActive(context, agent, inactive)
  const all = new Map(app === undefined ? apps : [...apps, [app.appId, app]])
  return { agent, session, apps: [...all.values()].map(asRead), inactive }
}

async function findDelegateApp(
  context: Context,
  { appId }: Agent,
): Promise<App | 'inactive' | undefined> {
  if (appId === undefined) return undefined
  return (await findActingApp(context, appId)) ?? 'inactive'
}

function requireCovered(caller: Caller, app: App, scope: readonly string[]): void {
  if (beyondCeiling(app, scope).length === 0) return
  const detail = "scope is wider than the delegate's app may hold"
  throw tooWide(caller, detail, { requested: scope, ceiling: app.scopes, app: app.appId })
}

/** Its registration has an unexpired token; that no entry ends it is guarded in the change. */
async function requireActive(
  { store, clock }: Context,
  { agentId, appId, sid, lsid, taskId }: Agent,
  inactive: () => Fault,
): Promise<DelegateSession> {
  const session = await store.sessions.find(sid)
  const now = clock()
  if (session === undefined || session.currentExp * 1000 <= now || session.endsAt <= now) {
    throw inactive()
  }
  const lineage = lineageOf({
    jti: session.currentJti,
    sid,
    sub: agentId,
    task_id: taskId,
    ...(appId === undefined ? {} : { app_id: appId }),
    ...(lsid === undefined ? {} : { lsid }),
  })
  return { sid, lineage, kid: session.kid, startedAt: session.startedAt }
}

function unknownDelegate(caller: Caller, reason: string): Fault {
  const detail = 'no agent within reach has this id'
  return delegationRefused(caller, { code: 'not_found', detail, reason })
}

function inactiveDelegate(caller: Caller, { agentId }: Agent): Fault {
  const detail = 'the delegate is not active: it was released, revoked or has expired'
  const parts = { delegate: agentId }
  return delegationRefused(caller, { code: 'conflict', detail, reason: 'delegate_inactive', parts })
}
