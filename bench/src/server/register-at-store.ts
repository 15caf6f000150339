import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { formatAgentId, formatDetail } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../../../broker/src/domain/audit/audit-event.ts'
import type { Context } from '../../../broker/src/domain/context.ts'
import type { Registration } from '../../../broker/src/domain/identity/agent.ts'
import { hashLaunchToken } from '../../../broker/src/domain/launch-tokens/create-launch-token.ts'
import { draftSession } from '../../../broker/src/domain/tokens/first-token.ts'
import { launchedScope } from '../launched-scope.ts'
import { makeLaunchTokens } from './make-launch-tokens.ts'

const inFlight = 64

/** The changes of so many registrations, without the HTTP and the cryptography around them. Resolves to seconds. */
export async function registerAtStore(context: Context, count: number): Promise<number> {
  const launchTokens = await makeLaunchTokens(context, count)
  const waiting: Registration[] = []
  for (const secret of launchTokens) waiting.push(await makeRegistration(context, secret))
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: inFlight }, () => registerEach(context, waiting)))
  return (performance.now() - startedAt) / 1000
}

async function registerEach({ store }: Context, waiting: Registration[]): Promise<void> {
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const outcome = await store.agents.register(next, eventsOf(next))
    assert.ok(outcome.kept, 'a registration was not kept')
  }
}

async function makeRegistration(context: Context, secret: string): Promise<Registration> {
  const launchToken = await context.store.launchTokens.find(hashLaunchToken(secret))
  assert.ok(launchToken?.creatorSid !== undefined, 'there is no such launch token')
  const lsid = launchToken.creatorSid
  const instance = randomBytes(8).toString('hex')
  const { trustDomain } = context.config
  const agentId = formatAgentId({ trustDomain, orchId: 'bench', taskId: 'task', instance })
  const scope = [...launchedScope]
  const task = { task_id: 'task', orch_id: 'bench' }
  const { session, draft } = draftSession(context, {
    kind: 'agent',
    lifetime: 300,
    claims: { sub: agentId, scope, lsid, ...task },
  })
  return {
    launchTokenHash: launchToken.hash,
    singleUse: true,
    lsid,
    iat: draft.claims.iat,
    nonce: randomBytes(32).toString('hex'),
    nonceExpiresAt: context.clock() + 600_000,
    agent: {
      agentId,
      agentName: 'bench',
      orchId: 'bench',
      taskId: 'task',
      scope,
      publicKey: randomBytes(32).toString('base64'),
      jkt: randomBytes(32).toString('base64url'),
      sid: session.sid,
      lsid,
      registeredAt: context.clock(),
    },
    session,
    kid: draft.kid,
  }
}

function eventsOf({ agent, session }: Registration): NewAuditEvent[] {
  const shared = {
    actor: agent.agentId,
    agent_id: agent.agentId,
    task_id: agent.taskId,
    orch_id: agent.orchId,
    outcome: 'success',
  } as const
  const registered = formatDetail('agent registered', { agent: agent.agentName })
  const issued = formatDetail('token issued', { jti: session.currentJti, ttl: session.lifetime })
  return [
    { ...shared, event_type: 'agent_registered', detail: registered },
    { ...shared, event_type: 'token_issued', jti: session.currentJti, detail: issued },
  ]
}
