import {
  decodeBase64,
  isWithin,
  type RegisterRequest,
  type RegisterResponse,
} from '@agentwrit/protocol'
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
  const proof = await requireProof(context, asked, launchToken)

  const agent = makeAgent(context, asked, { launchToken, publicKey: proof.publicKey })
  const first = draftAgentSession(context, agent, launchToken.maxTtl)
  const registered = { ...first, agent: { ...agent, sid: first.session.sid } }
  await keep(context, registered, { launchToken, nonce: proof.nonce, origin })
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
  if (token.usedAt !== undefined) return 'launch_token_used'
  if (token.createdAt < revocations.notBefore * 1000) return 'launch_token_of_an_older_epoch'
  const isRevoked =
    token.creatorSid !== undefined && revocations.reasonEnded(token.creatorSid) === 'revoked'
  return isRevoked ? 'launch_token_revoked' : undefined
}

function requireWithinLaunchToken(asked: RegisterRequest, launchToken: LaunchToken): void {
  const { allowedScope, orchId, taskId } = launchToken
  if (!isWithin(asked.requested_scope, allowedScope)) {
    throw outsideLaunchToken(asked, launchToken, 'scope_violation')
  }
  const { orch_id, task_id } = asked
  if (orch_id !== (orchId ?? orch_id) || task_id !== (taskId ?? task_id)) {
    throw outsideLaunchToken(asked, launchToken, 'forbidden')
  }
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
    registeredEvents(agent, { claims: draft.claims, launchToken, origin }),
  )
  if (!outcome.kept) throw overtaken(outcome.guard, agent, launchToken)
}

/** Another request was first: the answer is that of the check it repeats. */
function overtaken(guard: RegistrationGuard, agent: Agent, launchToken: LaunchToken): Fault {
  const asked = { orch_id: agent.orchId, task_id: agent.taskId }
  if (guard === 'key_not_active') return keyChanged()
  return registrationFailed(asked, guard, launchToken)
}
