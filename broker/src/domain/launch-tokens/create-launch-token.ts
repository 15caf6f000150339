import {
  encodeHex,
  formatDetail,
  isPathName,
  type CreateLaunchTokenRequest,
  type CreateLaunchTokenResponse,
} from '@agentwrit/protocol'
import { appChanged } from '../apps/ceiling.ts'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import { listParts } from '../audit/list-parts.ts'
import { relationToLaunchToken } from '../audit/relation.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { findUngrantable, ungrantableFault } from '../scopes/grantable.ts'
import { refusalOfBearer } from '../audit/refusal-of-bearer.ts'
import type { Refusal } from '../audit/refusal.ts'
import { requireKept } from '../tokens/require-kept.ts'
import { sha256 } from '../tokens/sha-256.ts'
import { toWholeSecondsUp } from '../whole-seconds.ts'
import type { LaunchToken } from './launch-token.ts'
import { requireWithinCeiling } from './within-ceiling.ts'

/** Seconds a launch token lives unless asked otherwise. */
const DEFAULT_LIFETIME = 30

/**
 * An operator, or an app within its ceiling, hands out the right to register (contract 4.10). The token itself is shown
 * here and never again.
 */
export async function createLaunchToken(
  context: Context,
  caller: Caller,
  asked: CreateLaunchTokenRequest,
): Promise<CreateLaunchTokenResponse> {
  refuseUnlawful(context, caller, asked)
  const app = await requireWithinCeiling(context, caller, asked.allowed_scope)
  const { sid, origin, claims } = caller
  const creator = {
    createdBy: claims.sub,
    creatorSid: sid,
    ...(app === undefined ? {} : { appId: app.appId }),
  }
  const { secret, token } = drawLaunchToken(context, asked, creator)
  const event = withOrigin(origin, { ...issuedEvent(token), jti: claims.jti })
  const presented = presentedBy(caller, app)
  const outcome = await context.store.launchTokens.create(token, presented, [event])
  if (!outcome.kept && outcome.guard === 'app_changed') {
    // Overtaken by an operator: the ceiling as it is now decides.
    await requireWithinCeiling(context, caller, asked.allowed_scope)
    throw appChanged()
  }
  requireKept(context, outcome, caller)
  return toResponse(secret, token)
}

/** Draws a fresh token for a lawful request; `secret` is what its holder presents. */
export function drawLaunchToken(
  { clock, config, random }: Context,
  asked: CreateLaunchTokenRequest,
  creator: Pick<LaunchToken, 'createdBy' | 'creatorSid' | 'appId'>,
): { readonly secret: string; readonly token: LaunchToken } {
  const secret = encodeHex(random(32))
  const hash = hashLaunchToken(secret)
  const createdAt = clock()
  const token: LaunchToken = {
    hash,
    id: hash.slice(0, 16),
    agentName: asked.agent_name,
    allowedScope: asked.allowed_scope,
    maxTtl: orDefault(asked.max_ttl, Math.min(config.defaultTtl, config.maxTtl)),
    singleUse: asked.single_use ?? true,
    ...(asked.orch_id === undefined ? {} : { orchId: asked.orch_id }),
    ...(asked.task_id === undefined ? {} : { taskId: asked.task_id }),
    ...creator,
    createdAt,
    expiresAt: createdAt + orDefault(asked.ttl, DEFAULT_LIFETIME) * 1000,
  }
  return { secret, token }
}

/** 256 random bits need no slow hash; a lookup by hash compares nothing that could leak by its timing. */
export function hashLaunchToken(secret: string): string {
  return sha256(secret)
}

export function issuedEvent(token: LaunchToken): NewAuditEvent {
  return {
    event_type: 'launch_token_issued',
    actor: token.createdBy,
    outcome: 'success',
    relates_to: relationToLaunchToken(token.id),
    ...(token.appId === undefined ? {} : { app_id: token.appId }),
    ...(token.taskId === undefined ? {} : { task_id: token.taskId }),
    ...(token.orchId === undefined ? {} : { orch_id: token.orchId }),
    detail: formatDetail('launch token issued', {
      id: token.id,
      agent: token.agentName,
      ...listParts('scope', token.allowedScope),
      max_ttl: token.maxTtl,
      created_by: token.createdBy,
    }),
  }
}

/** 0 means absent (contract 1.10). */
function orDefault(seconds: number | undefined, otherwise: number): number {
  return seconds === undefined || seconds === 0 ? otherwise : seconds
}

function refuseUnlawful(context: Context, caller: Caller, asked: CreateLaunchTokenRequest): void {
  const fault = findUnlawful(context, asked)
  if (fault === undefined) return
  const refusal = launchTokenDenied(caller, fault.message)
  throw new Fault(fault.code, fault.message, { refusal })
}

/** A field, a bound or a reserved scope stands against it (contract 5.2). */
export function launchTokenDenied({ claims }: Caller, reason: string): Refusal {
  const detail = formatDetail('launch token refused', { reason })
  return refusalOfBearer(claims, { event_type: 'launch_token_denied', detail })
}

function findUnlawful({ config }: Context, asked: CreateLaunchTokenRequest): Fault | undefined {
  const ungrantable = findUngrantable(asked.allowed_scope)
  if (ungrantable !== undefined) return ungrantableFault('allowed_scope', ungrantable)
  if ((asked.max_ttl ?? 0) > config.maxTtl) {
    return new Fault('invalid_request', `max_ttl is at most ${config.maxTtl} seconds`)
  }
  for (const field of ['orch_id', 'task_id'] as const) {
    const name = asked[field]
    if (name !== undefined && !isPathName(name)) {
      return new Fault('invalid_request', `${field} is 1..128 of [A-Za-z0-9._-], not . or ..`)
    }
  }
  return undefined
}

function toResponse(secret: string, token: LaunchToken): CreateLaunchTokenResponse {
  return {
    launch_token: secret,
    id: token.id,
    expires_at: toWholeSecondsUp(token.expiresAt),
    policy: {
      allowed_scope: [...token.allowedScope],
      max_ttl: token.maxTtl,
      single_use: token.singleUse,
      ...(token.orchId === undefined ? {} : { orch_id: token.orchId }),
      ...(token.taskId === undefined ? {} : { task_id: token.taskId }),
    },
  }
}
