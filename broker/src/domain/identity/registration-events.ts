import {
  formatDetail,
  isPathName,
  type Claims,
  type DetailValue,
  type ErrorCode,
  type RegisterRequest,
} from '@agentwrit/protocol'
import type { App } from '../apps/app.ts'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import { listParts } from '../audit/list-parts.ts'
import type { Origin } from '../audit/refusal.ts'
import { relationToLaunchToken } from '../audit/relation.ts'
import { withOrigin } from '../audit/with-origin.ts'
import { Fault } from '../fault.ts'
import type { LaunchToken } from '../launch-tokens/launch-token.ts'
import { findUngrantable, ungrantableFault } from '../scopes/grantable.ts'
import { attributionOf } from '../tokens/attribution.ts'
import type { Agent } from './agent.ts'

type Named = Pick<RegisterRequest, 'orch_id' | 'task_id'>

interface Registered {
  readonly claims: Claims
  readonly launchToken: LaunchToken
  readonly origin: Origin
}

/** Two events of one change: the agent exists, and its first token does. */
export function registeredEvents(
  { agentId, agentName, scope, jkt }: Agent,
  { claims, launchToken, origin }: Registered,
): NewAuditEvent[] {
  const shared = { actor: agentId, outcome: 'success' as const, ...attributionOf(claims) }
  const { jti, exp, iat } = claims
  const launch_token = launchToken.id
  const registered = { agent: agentName, launch_token, jkt, ...listParts('scope', scope) }
  const issued = { jti, ttl: exp - iat, ...listParts('scope', scope) }
  return [
    withOrigin(origin, {
      ...shared,
      event_type: 'agent_registered',
      relates_to: jti,
      detail: formatDetail('agent registered', registered),
    }),
    withOrigin(origin, {
      ...shared,
      event_type: 'token_issued',
      jti,
      relates_to: relationToLaunchToken(launch_token),
      detail: formatDetail('token issued', issued),
    }),
  ]
}

/** Step 1 of contract 4.2, as far as a schema cannot say it. */
export function refuseUnlawfulRegistration(asked: RegisterRequest): void {
  for (const field of ['orch_id', 'task_id'] as const) {
    if (!isPathName(asked[field])) {
      const rule = '1..128 of [A-Za-z0-9._-], not . or ..'
      throw new Fault('invalid_request', `${field} is ${rule}`)
    }
  }
  const ungrantable = findUngrantable(asked.requested_scope)
  if (ungrantable === undefined) return
  const fault = ungrantableFault('requested_scope', ungrantable)
  if (ungrantable.problem !== 'reserved') throw fault
  throw new Fault(fault.code, fault.message, {
    refusal: { event: deniedEvent('registration_failed', asked, { reason: 'scope_reserved' }) },
  })
}

/** 401 with one sentence for every cause: a guesser learns nothing; the audit names the reason. */
export function registrationFailed(asked: Named, reason: string, launchToken?: LaunchToken): Fault {
  const isTask = reason === 'task_revoked'
  const detail = isTask ? 'the task is revoked' : 'the launch token, nonce, key or signature is bad'
  const parts = launchToken === undefined ? { reason } : { reason, launch_token: launchToken.id }
  return new Fault(isTask ? 'forbidden' : 'unauthorized', detail, {
    refusal: { event: deniedEvent('registration_failed', asked, parts, launchToken) },
  })
}

/** The agent asked for more, or for another task, than its launch token allows. */
export function outsideLaunchToken(
  asked: RegisterRequest,
  launchToken: LaunchToken,
  code: Extract<ErrorCode, 'scope_violation' | 'forbidden'>,
): Fault {
  const detail =
    code === 'scope_violation'
      ? 'requested_scope is wider than the launch token allows'
      : 'orch_id and task_id must be those that the launch token names'
  const parts = {
    reason: code,
    ...listParts('requested', asked.requested_scope),
    ...listParts('allowed', launchToken.allowedScope),
    launch_token: launchToken.id,
  }
  return new Fault(code, detail, {
    refusal: { event: deniedEvent('registration_policy_violation', asked, parts, launchToken) },
  })
}

/** The launch token allows it, but by now its app may not hand it on. */
export function outsideCeiling(
  asked: RegisterRequest,
  launchToken: LaunchToken,
  { scopes }: Pick<App, 'scopes'>,
): Fault {
  const parts = {
    reason: 'beyond_ceiling',
    ...listParts('requested', asked.requested_scope),
    ...listParts('allowed', scopes),
    launch_token: launchToken.id,
  }
  const detail = 'requested_scope is wider than the app may hand on'
  return new Fault('scope_violation', detail, {
    refusal: { event: deniedEvent('registration_policy_violation', asked, parts, launchToken) },
  })
}

function deniedEvent(
  eventType: 'registration_failed' | 'registration_policy_violation',
  asked: Named,
  parts: Readonly<Record<string, DetailValue>>,
  launchToken?: LaunchToken,
): NewAuditEvent {
  return {
    event_type: eventType,
    actor: 'anonymous',
    outcome: 'denied',
    task_id: asked.task_id,
    orch_id: asked.orch_id,
    ...(launchToken?.appId === undefined ? {} : { app_id: launchToken.appId }),
    detail: formatDetail('registration refused', parts),
  }
}
