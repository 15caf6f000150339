import { decodeBase64, type RegisterRequest, type RegisterResponse } from '@agentwrit/protocol'
import type { Origin } from '../audit/refusal.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import { hashLaunchToken } from '../launch-tokens/create-launch-token.ts'
import type { LaunchToken } from '../launch-tokens/launch-token.ts'
import { findExcess } from '../scopes/attenuation.ts'
import { draftSession, type FirstToken } from '../tokens/first-token.ts'
import { rememberToken } from '../tokens/issue-token.ts'
import { makeAgent } from './make-agent.ts'
import type { Agent, RegistrationGuard } from './agent.ts'
import { readNonce, type Nonce } from './nonce.ts'
import {
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
  requireWithinLaunchToken(asked, launchToken)
  const nonce = requireNonce(context, asked)
  const publicKey = requirePublicKey(context, asked)
  await requireProof(context, asked, { nonce, publicKey })

  const agent = makeAgent(context, asked, { launchToken, publicKey })
  const first = draftAgentSession(context, agent, launchToken.maxTtl)
  await keep(
    context,
    { ...first, agent: { ...agent, sid: first.session.sid } },
    {
      launchToken,
      nonce,
      origin,
    },
  )
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
  if (context.clock() >= found.expiresAt) {
    throw registrationFailed(asked, 'launch_token_expired', found)
  }
  if (found.usedAt !== undefined) throw registrationFailed(asked, 'launch_token_used', found)
  return found
}

function requireWithinLaunchToken(asked: RegisterRequest, launchToken: LaunchToken): void {
  const { allowedScope, orchId, taskId } = launchToken
  if (findExcess(asked.requested_scope, allowedScope).length > 0) {
    throw outsideLaunchToken(asked, launchToken, 'scope_violation')
  }
  const { orch_id, task_id } = asked
  if (orch_id !== (orchId ?? orch_id) || task_id !== (taskId ?? task_id)) {
    throw outsideLaunchToken(asked, launchToken, 'forbidden')
  }
}

function requireNonce({ keys, clock }: Context, asked: RegisterRequest): Nonce {
  const nonce = readNonce(asked.nonce, keys)
  if (nonce === undefined) throw registrationFailed(asked, 'nonce_forged')
  if (clock() >= nonce.expiresAt) throw registrationFailed(asked, 'nonce_expired')
  return nonce
}

function requirePublicKey({ keys }: Context, asked: RegisterRequest): Uint8Array {
  const publicKey = decodeBase64(asked.public_key)
  if (publicKey === undefined || publicKey.length !== 32 || !keys.isPublicKey(publicKey)) {
    throw registrationFailed(asked, 'public_key_unacceptable')
  }
  return publicKey
}

async function requireProof(
  { keys }: Context,
  asked: RegisterRequest,
  { nonce, publicKey }: { readonly nonce: Nonce; readonly publicKey: Uint8Array },
): Promise<void> {
  const signature = decodeBase64(asked.signature)
  const proven =
    signature !== undefined &&
    signature.length === 64 &&
    (await keys.verifySignature(publicKey, nonce.bytes, signature))
  if (!proven) throw registrationFailed(asked, 'signature_bad')
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
  readonly launchToken: LaunchToken
  readonly nonce: Nonce
  readonly origin: Origin
}

async function keep(
  context: Context,
  { agent, session, draft }: FirstToken & { readonly agent: Agent },
  { launchToken, nonce, origin }: Evidence,
): Promise<void> {
  const outcome = await context.store.agents.register(
    {
      launchTokenHash: launchToken.hash,
      singleUse: launchToken.singleUse,
      ...(launchToken.creatorSid === undefined ? {} : { lsid: launchToken.creatorSid }),
      nonce: Buffer.from(nonce.bytes).toString('hex'),
      nonceExpiresAt: nonce.expiresAt,
      agent,
      session,
      kid: draft.kid,
    },
    registeredEvents(agent, draft.claims, origin),
  )
  if (!outcome.kept) throw overtaken(outcome.guard, agent, launchToken)
}

/** Another request was first: the answer is that of the check it repeats. */
function overtaken(guard: RegistrationGuard, agent: Agent, launchToken: LaunchToken): Fault {
  const asked = { orch_id: agent.orchId, task_id: agent.taskId }
  if (guard === 'key_not_active') {
    return new Fault('service_unavailable', 'the signing key has just changed', { retryAfter: 1 })
  }
  return registrationFailed(asked, guard, launchToken)
}
