/**
 * A token's lineage in the spelling of the revocation stream (contract 4.19): names hashed as targets are, so that they
 * can be looked up among what a `RevocationFollower` knows.
 */
import type { HashText } from './audit-chain.ts'
import type { Claims } from './claims.ts'
import { lineageOf } from './lineage.ts'
import { publishedTargetInput, type RevocationLevel } from './revocation-target.ts'

/** What of a verified token decides whether it is dead. */
export interface PublishedLineage {
  /** Seconds, both. */
  readonly iat: number
  readonly exp: number
  readonly jti: string
  readonly sessions: readonly string[]
  readonly launchingSessions: readonly string[]
  /** The key of the token and those of its delegation records. */
  readonly kids: readonly string[]
  /** Hashes, by level. */
  readonly targets: Readonly<Record<RevocationLevel, readonly string[]>>
}

/**
 * Made once for each token, for it takes hashing; asking `RevocationFollower.isDead` of it then takes none. `hash` is
 * SHA-256 in hex, `kid` that of the token's header.
 *
 * @example
 * ```ts
 * async function isDead(token: { claims: Claims; kid: string }, follower: RevocationFollower): Promise<boolean> {
 *   return follower.isDead(await publishedLineage(token, sha256))
 * }
 * ```
 */
export async function publishedLineage(
  { claims, kid }: { readonly claims: Claims; readonly kid: string },
  hash: HashText,
): Promise<PublishedLineage> {
  const { iat, exp, delegation_chain: chain = [] } = claims
  const { jti, sessions, launchingSessions, agents, taskId, root, apps } = lineageOf(claims)
  const hashAll = (level: RevocationLevel, names: readonly string[]) =>
    Promise.all(names.map(async (name) => hash(publishedTargetInput(level, name))))
  const [token, agent, task, ofRoot, app] = await Promise.all([
    hashAll('token', [jti]),
    hashAll('agent', agents),
    hashAll('task', taskId === undefined ? [] : [taskId]),
    hashAll('chain', [root]),
    hashAll('app', apps),
  ])
  return {
    iat,
    exp,
    jti,
    sessions,
    launchingSessions,
    kids: [...new Set([kid, ...chain.map((record) => record.kid)])],
    targets: { token, agent, task, chain: ofRoot, app },
  }
}
