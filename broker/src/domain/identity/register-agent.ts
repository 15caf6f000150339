import {
  decodeBase64,
  isWithin,
  type RegisterRequest,
  type RegisterResponse,
} from '@agentwrit/protocol'
import type { App } from '../apps/app.ts'
import { appChanged, asRead, beyondCeiling, findActingApp } from '../apps/ceiling.ts'
import type { Origin } from '../audit/refusal.ts'
import type { Context } from '../context.ts'
import { keyChanged, type Fault } from '../fault.ts'
import { hashLaunchToken } from '../launch-tokens/create-launch-token.ts'
import type { LaunchToken } from '../launch-tokens/launch-token.ts'
import { draftSession, type FirstToken } from '../tokens/first-token.ts'
import { rememberToken } from '../tokens/draft-token.ts'
import { makeAgent } from './make-agent.ts'
import type { Agent, RegistrationGuard } from './agent.ts'
import { readNonce, type Nonce } from './nonce.ts'
import {
  outsideCeiling,
  outsideLaunchToken,
  refuseUnlawfulRegistration,
  registeredEvents,
  registrationFailed,
} from './registration-events.ts'

/**
 * An agent proves a fresh key and gets its identity and first token (contract 4.2). The checks read; only the last
 * step changes anything, in one change that repeats every check another request could have overtaken. Whatever fails
 * has consumed nothing.
 */
export async function registerAgent(
  context: Context,
  asked: RegisterRequest,
  origin: Origin,
): Promise<RegisterResponse> {
  refuseUnlawfulRegistration(asked)
  const launchToken = await requireLaunchToken(context, asked)
  const app = await requireApp(context, asked, launchToken)
  requireWithinLaunchToken(asked, launchToken, app)
  requireTaskAllowed(context, asked, launchToken)
  const proof = await requireProof(context, asked, launchToken)

  const agent = makeAgent(context, asked, { launchToken, publicKey: proof.publicKey })
  const first = draftAgentSession(context, agent, launchToken.maxTtl)
  const registered = { ...first, agent: { ...agent, sid: first.session.sid } }
  const evidence = { asked, launchToken, app, nonce: proof.nonce, origin }
  await keep(context, registered, evidence)
  rememberToken(context, first.draft)
  const { claims, token } = first.draft
  return {
    agent_id: agent.agentId,
    access_token: token,
    expires_in: claims.exp - claims.iat,
  }
}

async function requireLaunchToken(context: Context, asked: RegisterRequest): Promise<LaunchToken> {
  const found = await context.store.launchTokens.find(hashLaunchToken(asked.launch_token))
  if (found === undefined) throw registrationFailed(asked, 'launch_token_unknown')
  const flaw = findFlaw(context, found)
  if (flaw !== undefined) throw registrationFailed(asked, flaw, found)
  return found
}

function findFlaw({ clock, live }: Context, token: LaunchToken): string | undefined {
  const { revocations } = live
  if (clock() >= token.expiresAt) return 'launch_token_expired'
  if (token.appId !== undefined && revocations.isAppEnded(token.appId)) return 'app_inactive'
  if (token.usedAt !== undefined) return 'launch_token_used'
  if (token.createdAt < revocations.notBefore * 1000) return 'launch_token_of_an_older_epoch'
  const isRevoked =
    token.creatorSid !== undefined && revocations.reasonEnded(token.creatorSid) === 'revoked'
  return isRevoked ? 'launch_token_revoked' : undefined
}

/** A launch token dies with its app. */
async function requireApp(
  context: Context,
  asked: RegisterRequest,
  launchToken: LaunchToken,
): Promise<App | undefined> {
  if (launchToken.appId === undefined) return undefined
  const app = await findActingApp(context, launchToken.appId)
  if (app === undefined) throw registrationFailed(asked, 'app_inactive', launchToken)
  return app
}

function requireWithinLaunchToken(
  asked: RegisterRequest,
  launchToken: LaunchToken,
  app: App | undefined,
): void {
  const { allowedScope, orchId, taskId } = launchToken
  if (!isWithin(asked.requested_scope, allowedScope)) {
    throw outsideLaunchToken(asked, launchToken, 'scope_violation')
  }
  if (app !== undefined && beyondCeiling(app, asked.requested_scope).length > 0) {
    throw outsideCeiling(asked, launchToken, app)
  }
  const { orch_id, task_id } = asked
  if (orch_id !== (orchId ?? orch_id) || task_id !== (taskId ?? task_id)) {
    throw outsideLaunchToken(asked, launchToken, 'forbidden')
  }
}

function requireTaskAllowed(
  { clock, live }: Context,
  asked: RegisterRequest,
  launchToken: LaunchToken,
): void {
  const { task_id } = asked
  const isEnded = live.revocations.isTaskEnded({ task_id, iat: Math.floor(clock() / 1000) })
  if (isEnded) throw registrationFailed(asked, 'task_revoked', launchToken)
}

interface Proof {
  readonly nonce: Nonce
  readonly publicKey: Uint8Array
}

/** The agent has the private half of its key now: it signed a nonce that we made a moment ago. */
async function requireProof(
  { keys, clock }: Context,
  asked: RegisterRequest,
  launchToken: LaunchToken,
): Promise<Proof> {
  const failed = (reason: string) => registrationFailed(asked, reason, launchToken)
  const nonce = readNonce(asked.nonce, keys)
  if (nonce === undefined) throw failed('nonce_forged')
  if (clock() >= nonce.expiresAt) throw failed('nonce_expired')
  const publicKey = decodeBase64(asked.public_key)
  if (publicKey === undefined || publicKey.length !== 32 || !keys.isPublicKey(publicKey)) {
    throw failed('public_key_unacceptable')
  }
  const signature = decodeBase64(asked.signature)
  const isProven =
    signature?.length === 64 && (await keys.verifySignature(publicKey, nonce.bytes, signature))
  if (!isProven) throw failed('signature_bad')
  return { nonce, publicKey }
}

function draftAgentSession(
  context: Context,
  agent: Omit<Agent, 'sid'>,
  maxTtl: number,
): FirstToken {
  return draftSession(context, {
    kind: 'agent',
    lifetime: maxTtl,
    claims: {
      sub: agent.agentId,
      scope: [...agent.scope],
      task_id: agent.taskId,
      orch_id: agent.orchId,
      ...(agent.appId === undefined ? {} : { app_id: agent.appId }),
      ...(agent.lsid === undefined ? {} : { lsid: agent.lsid }),
      cnf: { jkt: agent.jkt },
    },
  })
}

interface Evidence {
  readonly asked: RegisterRequest
  readonly launchToken: LaunchToken
  readonly app: App | undefined
  readonly nonce: Nonce
  readonly origin: Origin
}

async function keep(
  context: Context,
  { agent, session, draft }: FirstToken & { readonly agent: Agent },
  evidence: Evidence,
): Promise<void> {
  const { launchToken, app, nonce, origin } = evidence
  const outcome = await context.store.agents.register(
    {
      launchTokenHash: launchToken.hash,
      singleUse: launchToken.singleUse,
      ...(app === undefined ? {} : { app: asRead(app) }),
      ...(launchToken.creatorSid === undefined ? {} : { lsid: launchToken.creatorSid }),
      nonce: Buffer.from(nonce.bytes).toString('hex'),
      nonceExpiresAt: nonce.expiresAt,
      agent,
      session,
      iat: draft.claims.iat,
      kid: draft.kid,
    },
    registeredEvents(agent, { claims: draft.claims, launchToken, origin }),
  )
  if (!outcome.kept) throw await overtaken(context, outcome.guard, evidence)
}

/** Another request was first: the answer is that of the check it repeats. */
async function overtaken(
  context: Context,
  guard: RegistrationGuard,
  { asked, launchToken }: Evidence,
): Promise<Fault> {
  if (guard === 'key_not_active') return keyChanged()
  if (guard !== 'app_changed') return registrationFailed(asked, guard, launchToken)
  // The app as it is now decides; if that allows it as well, nothing is lost by asking again.
  requireWithinLaunchToken(asked, launchToken, await requireApp(context, asked, launchToken))
  return appChanged()
}
