// Agents that hand on what they hold, as the domain would keep it.
import assert from 'node:assert/strict'
import type { DelegationRecord } from '@agentwrit/protocol'
import type { NewDelegation } from '../../src/domain/delegation/delegation.ts'
import type { PresentedSession } from '../../src/domain/tokens/presented-session.ts'
import type { NewSession } from '../../src/domain/tokens/session.ts'
import {
  freshHex,
  noon,
  presentedBy,
  sampleKey,
  sampleRegistration,
  sampleSession,
} from './sample-records.ts'
import type { TestStore } from './store-place.ts'

/** Who holds a live token, and the chain that it says it was handed on by. */
export interface Holder {
  readonly session: NewSession
  readonly chain: readonly DelegationRecord[]
}

/** Four agents, each of an app of its own, which launched it; each but the last delegated to the one behind it. */
export interface Line {
  readonly root: Holder
  readonly middle: Holder
  /** Two delegations deep. */
  readonly last: Holder
  /** Only registered so far: whoever `last` could delegate to. */
  readonly delegate: Holder
}

export async function delegationLine(place: TestStore): Promise<Line> {
  const root = await launchAgent(place, 'task-1')
  const registered = [await launchAgent(place, 'task-2'), await launchAgent(place, 'task-3')]
  const delegate = await launchAgent(place, 'task-4')
  const [second, third] = registered
  assert.ok(second !== undefined && third !== undefined)
  const middle = await delegated(place, root, second)
  return { root, middle, last: await delegated(place, middle, third), delegate }
}

/** An agent that its own app has launched. */
export async function launchAgent(place: TestStore, taskId: string): Promise<Holder> {
  const app = await place.registerApp()
  const token = await place.launch(await place.signInApp(app), { appId: app.appId })
  const { agent, session, ...registration } = sampleRegistration(token, { taskId })
  const { appId } = app
  const own = {
    ...registration,
    app: { appId, version: app.version },
    agent: { ...agent, appId },
    session: { ...session, appId },
  }
  assert.equal((await place.store.agents.register(own, [])).kept, true)
  return { session: own.session, chain: [] }
}

/** What the delegate holds once the store has kept the delegation. */
export async function delegated(
  place: TestStore,
  from: Holder,
  to: Holder,
  members: Partial<NewSession> = {},
): Promise<Holder> {
  const delegation = sampleDelegation(from, to, members)
  assert.equal((await place.store.delegations.create(delegation, [])).kept, true)
  return { session: delegation.session, chain: [...from.chain, delegation.record] }
}

export function presentedByHolder({ session, chain }: Holder): PresentedSession {
  return presentedBy(session, { chain })
}

/** All that `from` holds goes to `to`, for as long; `members` are the new session's. */
export function sampleDelegation(
  from: Holder,
  to: Pick<Holder, 'session'>,
  members: Partial<NewSession> = {},
): NewDelegation {
  const session = delegatedSession(from, to, members)
  const record = sampleRecord(from.session, session)
  const presented = presentedByHolder(from)
  const registered = presentedBy(to.session)
  const apps = new Set([...presented.lineage.apps, ...registered.lineage.apps])
  return {
    presented,
    delegate: {
      sid: to.session.sid,
      lineage: registered.lineage,
      kid: sampleKey.kid,
      startedAt: to.session.startedAt,
    },
    apps: [...apps].map((appId) => ({ appId, version: 1 })),
    session,
    record,
    root: from.chain[0]?.agent ?? record.agent,
    kid: sampleKey.kid,
    quota: { fewerThan: 1000, after: noon },
  }
}

function delegatedSession(
  from: Holder,
  { session: { sub, appId, lsid } }: Pick<Holder, 'session'>,
  members: Partial<NewSession>,
): NewSession {
  const { sid: parentSid, taskId, orchId, scope, currentExp } = from.session
  return sampleSession({
    kind: 'delegated',
    sub,
    ...(appId === undefined ? {} : { appId }),
    ...(lsid === undefined ? {} : { lsid }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(orchId === undefined ? {} : { orchId }),
    scope,
    currentExp,
    delegated: { parentSid, chainHash: freshHex(64), depth: from.chain.length + 1 },
    ...members,
  })
}

function sampleRecord(from: NewSession, to: NewSession): DelegationRecord {
  return {
    agent: from.sub,
    scope: [...from.scope],
    delegated_at: new Date(noon).toISOString(),
    delegatee: to.sub,
    granted_scope: [...to.scope],
    jti: to.currentJti,
    sid: to.sid,
    parent_jti: from.currentJti,
    parent_sid: from.sid,
    ...(from.appId === undefined ? {} : { app_id: from.appId }),
    ...(from.lsid === undefined ? {} : { lsid: from.lsid }),
    prev: '0'.repeat(64),
    kid: sampleKey.kid,
    signature: '0'.repeat(128),
  }
}
