import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { formatAgentId, formatDetail } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../../../broker/src/domain/audit/audit-event.ts'
import type { Context } from '../../../broker/src/domain/context.ts'
import { draftSession } from '../../../broker/src/domain/tokens/first-token.ts'
import { launchedScope } from '../launched-scope.ts'
import { inPortions } from './in-portions.ts'

/** Signed and kept as a registration does it, but not remembered, as after a restart or on another broker. */
export async function makeTokens(context: Context, count: number): Promise<string[]> {
  return inPortions(count, () => makeToken(context))
}

async function makeToken(context: Context): Promise<string> {
  const sub = formatAgentId({
    trustDomain: context.config.trustDomain,
    orchId: 'bench',
    taskId: 'task',
    instance: randomBytes(8).toString('hex'),
  })
  const { session, draft } = draftSession(context, {
    kind: 'agent',
    lifetime: 3600,
    claims: {
      sub,
      scope: [...launchedScope],
      task_id: 'task',
      orch_id: 'bench',
      cnf: { jkt: randomBytes(32).toString('base64url') },
    },
  })
  const event = issued(sub, draft.claims.jti)
  const outcome = await context.store.sessions.begin(session, draft.kid, [event])
  assert.ok(outcome.kept, 'a session was not kept')
  return draft.token
}

function issued(sub: string, jti: string): NewAuditEvent {
  return {
    event_type: 'token_issued',
    actor: sub,
    agent_id: sub,
    task_id: 'task',
    orch_id: 'bench',
    jti,
    outcome: 'success',
    detail: formatDetail('token issued', { jti, ttl: 3600 }),
  }
}
