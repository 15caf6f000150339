/**
 * A token's lineage: the ids by which it can be revoked (contract 2.7).
 * Law: whatever a token was delegated or launched from is among them, so "is any ancestor dead" needs
 * the token alone.
 */
import type { Claims } from './claims.ts'

/** The ids of a token and of all it descends from, each list without repetition and with the token's own first. */
export interface Lineage {
  readonly jti: string
  /** The token's session, and every session it was delegated from. */
  readonly sessions: string[]
  /** The logins that made the launch tokens of the subject and of every delegator (claim `lsid`). */
  readonly launchingSessions: string[]
  /** The subject, if it is an agent, and every delegator. */
  readonly agents: string[]
  /** Delegated tokens inherit it. */
  readonly taskId?: string
  /** The first delegator; without a chain the subject. */
  readonly root: string
  /** The apps of the subject and of every delegator. */
  readonly apps: string[]
}

/** The claims that a token descends by. */
export type LineageClaims = Pick<
  Claims,
  'jti' | 'sid' | 'lsid' | 'sub' | 'app_id' | 'task_id' | 'delegation_chain'
>

/**
 * The lineage of a token, see `matchesRevocation`. A record's `jti` and `parent_jti` are not in it: a revocation names
 * their session, which covers them and all their renewals.
 *
 * @example
 * ```ts
 * const isDead = (claims: Claims, deadSessions: ReadonlySet<string>) =>
 *   lineageOf(claims).sessions.some((sid) => deadSessions.has(sid))
 * ```
 */
export function lineageOf(claims: LineageClaims): Lineage {
  const { jti, sid, lsid, sub, app_id: appId, task_id: taskId } = claims
  const { delegation_chain: chain = [] } = claims
  return {
    jti,
    sessions: distinct([sid, ...chain.flatMap((record) => [record.sid, record.parent_sid])]),
    launchingSessions: distinct([lsid, ...chain.map((record) => record.lsid)]),
    agents: distinct([agentIn(sub), ...chain.map((record) => record.agent)]),
    ...(taskId === undefined ? {} : { taskId }),
    root: chain[0]?.agent ?? sub,
    apps: distinct([appId, appIn(sub), ...chain.map((record) => record.app_id)]),
  }
}

/** `admin` or `app:<id>` as a target of level `agent` stands for the sessions of that principal, never for its name. */
function agentIn(sub: string): string | undefined {
  return sub.startsWith('spiffe://') ? sub : undefined
}

function appIn(sub: string): string | undefined {
  return sub.startsWith('app:') ? sub.slice('app:'.length) : undefined
}

function distinct(ids: readonly (string | undefined)[]): string[] {
  return [...new Set(ids.filter((id) => id !== undefined))]
}
