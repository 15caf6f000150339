// Records as the domain would make them, at a fixed time, each with fresh ids.
import { lineageOf, type DelegationRecord } from '@agentwrit/protocol'
import type { App, AppLogin } from '../../src/domain/apps/app.ts'
import type { NewAuditEvent } from '../../src/domain/audit/audit-event.ts'
import type { Registration } from '../../src/domain/identity/agent.ts'
import type { LaunchToken } from '../../src/domain/launch-tokens/launch-token.ts'
import type { Revocation } from '../../src/domain/revocation/revocation.ts'
import type { RenewalRepeat } from '../../src/domain/tokens/renewal.ts'
import type { PresentedSession } from '../../src/domain/tokens/presented-session.ts'
import type { NewSession, Session, TokenSwap } from '../../src/domain/tokens/session.ts'
import type { SigningKey } from '../../src/domain/signing-keys/signing-key.ts'

/** 2027-01-15T08:00:00Z, in milliseconds and in seconds. */
export const noon = 1_800_000_000_000
export const noonSeconds = noon / 1000

let counter = 0

/** Hex that is used nowhere else, rising like the broker's time-ordered ids. */
export function freshHex(length: number): string {
  counter += 1
  return counter.toString(16).padStart(length, '0')
}

export const sampleKey: SigningKey = {
  kid: 'kid-of-the-first-key',
  x: 'public-half',
  sealed: 'private-half-encrypted',
  status: 'active',
  createdAt: noon,
}

export function sampleEvent(detail = 'something happened'): NewAuditEvent {
  return {
    event_type: 'token_issued',
    detail,
    actor: 'admin',
    jti: freshHex(32),
    agent_id: 'spiffe://agentwrit.local/agent/o/t/0011223344556677',
    task_id: 't',
    outcome: 'success',
  }
}

export function sampleSession(members: Partial<Session> = {}): Session {
  return {
    sid: freshHex(32),
    kind: 'admin',
    sub: 'admin',
    scope: ['admin:launch-tokens:*'],
    currentJti: freshHex(32),
    currentExp: noonSeconds + 300,
    currentHash: freshHex(64),
    kid: sampleKey.kid,
    lifetime: 300,
    startedAt: noon,
    endsAt: noon + 86_400_000,
    ...members,
  }
}

export function sampleLaunchToken(
  creator: Session | undefined,
  members: Partial<LaunchToken> = {},
): LaunchToken {
  const hash = members.hash ?? freshHex(16).padEnd(64, 'a')
  return {
    hash,
    id: hash.slice(0, 16),
    agentName: 'worker',
    allowedScope: ['read:data:*'],
    maxTtl: 300,
    singleUse: true,
    createdBy: 'admin',
    ...(creator === undefined ? {} : { creatorSid: creator.sid }),
    createdAt: noon,
    expiresAt: noon + 30_000,
    ...members,
  }
}

/** What an agent presenting this launch token would bring; `at` is the verb's time. */
export function sampleRegistration(
  token: LaunchToken,
  { taskId = 'task-1', at = noon, ttl = 300 } = {},
): Registration {
  const exp = Math.floor(at / 1000) + ttl
  const agentId = `spiffe://agentwrit.local/agent/orch/${taskId}/${freshHex(16)}`
  const launcher = token.creatorSid === undefined ? {} : { lsid: token.creatorSid }
  const session = sampleSession({
    kind: 'agent',
    sub: agentId,
    taskId,
    orchId: 'orch',
    scope: ['read:data:*'],
    currentExp: exp,
    lifetime: ttl,
    startedAt: at,
    endsAt: at + 3_600_000,
    ...launcher,
  })
  return {
    launchTokenHash: token.hash,
    singleUse: token.singleUse,
    ...launcher,
    iat: Math.floor(at / 1000),
    nonce: freshHex(64),
    nonceExpiresAt: at + 30_000,
    agent: {
      agentId,
      agentName: token.agentName,
      orchId: 'orch',
      taskId,
      scope: session.scope,
      publicKey: 'public-key',
      jkt: 'thumbprint',
      sid: session.sid,
      ...launcher,
      registeredAt: at,
    },
    session,
    kid: sampleKey.kid,
  }
}

/** The live token of the session, as a bearer shows it; `chain`: of a delegated session. */
export function presentedBy(
  session: NewSession,
  members: Partial<PresentedSession> & { readonly chain?: readonly DelegationRecord[] } = {},
): PresentedSession {
  const { chain, ...others } = members
  const { sid, sub, appId, lsid, taskId, currentJti, startedAt } = session
  const jti = members.jti ?? currentJti
  const lineage = lineageOf({
    jti,
    sid,
    sub,
    ...(appId === undefined ? {} : { app_id: appId }),
    ...(lsid === undefined ? {} : { lsid }),
    ...(taskId === undefined ? {} : { task_id: taskId }),
    ...(chain === undefined ? {} : { delegation_chain: [...chain] }),
  })
  return { sid, jti, iat: Math.floor(startedAt / 1000), kids: [sampleKey.kid], lineage, ...others }
}

/** A renewal of the session's live token, in the name of the apps of its lineage. */
export function sampleSwap(session: NewSession, members: Partial<TokenSwap> = {}): TokenSwap {
  const { lsid, delegated } = session
  const presented = members.presented ?? presentedBy(session)
  return {
    presented,
    oldExp: session.currentExp,
    isNarrowed: false,
    ...(lsid === undefined ? {} : { lsid }),
    ...(delegated === undefined
      ? {}
      : { delegator: { sid: delegated.parentSid, kid: sampleKey.kid } }),
    apps: presented.lineage.apps.map((appId) => ({ appId })),
    newJti: freshHex(32),
    newHash: freshHex(64),
    newExp: session.currentExp + 60,
    scope: session.scope,
    kid: sampleKey.kid,
    ...members,
  }
}

/** The session as the renewal leaves it. */
export function afterSwap<Kind extends NewSession>(
  session: Kind,
  { newJti, newExp, newHash, scope }: TokenSwap,
): Kind {
  return { ...session, currentJti: newJti, currentExp: newExp, currentHash: newHash, scope }
}

/** The repeat of this renewal. */
export function sampleRepeat(session: NewSession, swap: TokenSwap, before: number): RenewalRepeat {
  const successor = presentedBy(afterSwap(session, swap))
  return { successor, apps: successor.lineage.apps.map((appId) => ({ appId })), before }
}

export function sampleRelease(session: NewSession, released = true): Revocation {
  return {
    id: freshHex(16),
    level: 'token',
    target: session.currentJti,
    sid: session.sid,
    released,
    reason: released ? 'released' : 'stolen',
    actor: session.sub,
  }
}

export function sampleApp(members: Partial<App> = {}): App {
  const name = members.name ?? `app-${freshHex(6)}`
  return {
    appId: `app-${name}-${freshHex(6)}`,
    name,
    clientId: `ap-${freshHex(12)}`,
    role: 'app',
    scopes: ['read:data:*'],
    tokenTtl: 1800,
    delegatesTo: [],
    version: 1,
    secretHash: freshHex(64),
    createdAt: noon,
    updatedAt: noon,
    ...members,
  }
}

/** A login with the current secret; `members` may spoil it. */
export function sampleAppLogin(
  app: App,
  members: Partial<AppLogin> = {},
  session: Partial<Session> = {},
): AppLogin {
  return {
    app: { appId: app.appId, version: app.version },
    secretHash: app.secretHash,
    isPrevious: false,
    session: sampleSession({
      kind: 'app',
      sub: `app:${app.appId}`,
      appId: app.appId,
      ...session,
    }),
    kid: sampleKey.kid,
    ...members,
  }
}

export function sampleAppEntry(app: App): Revocation {
  return {
    id: freshHex(16),
    level: 'app',
    target: app.appId,
    released: false,
    reason: 'deregistered',
    actor: 'admin',
  }
}
