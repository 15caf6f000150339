// A launch token lets an agent register: one use by default, 30 seconds by default, known to the broker only by its
// SHA-256. It hands on authority, so its row carries a MAC and it dies with the session that made it (revoked, not
// released).
import type { LaunchTokenInfo } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { Outcome } from '../outcome.ts'
import type { PresentedSession, SessionGuard } from '../tokens/presented-session.ts'
import { toWholeSeconds, toWholeSecondsUp } from '../whole-seconds.ts'

export interface LaunchToken {
  /** SHA-256 hex of the token. */
  readonly hash: string
  /** The first 16 characters of the hash: what lists show. */
  readonly id: string
  readonly agentName: string
  readonly allowedScope: readonly string[]
  /** Seconds. */
  readonly maxTtl: number
  readonly singleUse: boolean
  readonly orchId?: string
  readonly taskId?: string
  readonly appId?: string
  /** `admin`, `app:<id>` or `system`. */
  readonly createdBy: string
  /** Session that made it; none for the seed launch token. */
  readonly creatorSid?: string
  /** Milliseconds since the epoch, both. */
  readonly createdAt: number
  readonly expiresAt: number
  readonly usedAt?: number
}

/** Whose launch tokens: the admin sees all, an app its own. */
export interface LaunchTokenOwner {
  readonly appId?: string
}

export interface LaunchTokenPage {
  readonly limit: number
  /** The last one of the page before (creation time and hash), for a page that follows. */
  readonly after?: { readonly createdAt: number; readonly hash: string }
}

export interface LaunchTokenStore {
  /** `presented` is absent only for the seed launch token, which the broker itself makes. */
  create(
    token: LaunchToken,
    presented: PresentedSession | undefined,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<SessionGuard | 'app_changed'>>
  find(hash: string): Promise<LaunchToken | undefined>
  findById(id: string, owner: LaunchTokenOwner): Promise<LaunchToken | undefined>
  /** Usable ones at `at`, newest first. */
  listUsable(owner: LaunchTokenOwner, page: LaunchTokenPage, at: number): Promise<LaunchToken[]>
  remove(
    token: LaunchToken,
    presented: PresentedSession,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<SessionGuard | 'app_changed' | 'launch_token_spent'>>
}

export function toLaunchTokenInfo(token: LaunchToken): LaunchTokenInfo {
  return {
    id: token.id,
    agent_name: token.agentName,
    allowed_scope: [...token.allowedScope],
    max_ttl: token.maxTtl,
    single_use: token.singleUse,
    ...(token.orchId === undefined ? {} : { orch_id: token.orchId }),
    ...(token.taskId === undefined ? {} : { task_id: token.taskId }),
    ...(token.appId === undefined ? {} : { app_id: token.appId }),
    created_by: token.createdBy,
    created_at: toWholeSeconds(token.createdAt),
    expires_at: toWholeSecondsUp(token.expiresAt),
  }
}
