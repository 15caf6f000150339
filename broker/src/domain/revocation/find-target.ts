import { isPathName, parseAgentId, type RevokeRequest } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { Context } from '../context.ts'
import type { Session } from '../tokens/session.ts'
import { isPrincipal } from './revocation.ts'

/** Whom a revocation concerns, for the audit: agent, task, orchestration and app as far as they are known. */
export type Concerned = Pick<NewAuditEvent, 'agent_id' | 'task_id' | 'orch_id' | 'app_id' | 'jti'>

/** What the store knows of a target; an unknown one is revoked as well. */
export interface KnownTarget {
  /** The session of a known token, also of a superseded one. */
  readonly sid?: string
  /** It is an agent, or the token of one, that exists. */
  readonly isAgent: boolean
  readonly concerned: Concerned
}

export async function findTarget(
  context: Context,
  { level, target }: RevokeRequest,
): Promise<KnownTarget> {
  if (level === 'task') {
    return { isAgent: false, concerned: isPathName(target) ? { task_id: target } : {} }
  }
  if (level === 'token') return findToken(context, target)
  return isPrincipal(target) ? findPrincipal(context, target) : findAgent(context, target)
}

async function findToken({ store }: Context, jti: string): Promise<KnownTarget> {
  const session = await store.sessions.findByToken(jti)
  if (session === undefined) return { isAgent: false, concerned: {} }
  const isAgent = session.kind === 'agent' || session.kind === 'delegated'
  return { sid: session.sid, isAgent, concerned: concernedBy(session) }
}

function concernedBy({ sub, taskId, orchId, appId }: Session): Concerned {
  return {
    ...(parseAgentId(sub) === undefined ? {} : { agent_id: sub }),
    ...(taskId === undefined ? {} : { task_id: taskId }),
    ...(orchId === undefined ? {} : { orch_id: orchId }),
    ...(appId === undefined ? {} : { app_id: appId }),
  }
}

async function findPrincipal({ store }: Context, target: string): Promise<KnownTarget> {
  if (!target.startsWith('app:')) return { isAgent: false, concerned: {} }
  const app = await store.apps.find(target.slice('app:'.length))
  return { isAgent: false, concerned: app === undefined ? {} : { app_id: app.appId } }
}

async function findAgent({ store }: Context, agentId: string): Promise<KnownTarget> {
  // Text that is no agent id stands in the detail alone.
  const named = parseAgentId(agentId) === undefined ? {} : { agent_id: agentId }
  const agent = await store.agents.find(agentId)
  if (agent === undefined) return { isAgent: false, concerned: named }
  const { appId } = agent
  return {
    isAgent: true,
    concerned: { ...named, ...(appId === undefined ? {} : { app_id: appId }) },
  }
}
