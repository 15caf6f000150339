/**
 * Which tokens a revocation kills: the table of contract 2.7, stated once.
 * Laws: a revocation covers the whole lineage, renewals and delegations; a release spares what the
 * session has launched; an entry that was lifted kills what it killed before, and no token issued
 * from then on. No clock is needed: until an entry is lifted no token that it matches is issued.
 */
import type { Claims } from './claims.ts'
import { lineageOf, type Lineage } from './lineage.ts'
import type { RevocationLevel } from './revocation-target.ts'

/** A revocation entry, as far as it decides which tokens are dead. */
export interface RevocationEntry {
  readonly level: RevocationLevel
  /** Compared as an exact string. */
  readonly target: string
  /** Level `token`: the session that the target belongs to, if it is known. */
  readonly sid?: string
  /** The session was given back, not taken away. */
  readonly released: boolean
  /** Level `task`: milliseconds since 1970, a whole second; tokens issued from then on are not concerned. */
  readonly liftedAt?: number
}

/**
 * Whether the entry kills the token, one not yet issued too. To find out among many entries, look the ids of `lineageOf`
 * up instead.
 *
 * @example
 * ```ts
 * const isLive = (claims: Claims, entries: RevocationEntry[]) =>
 *   !entries.some((entry) => matchesRevocation(entry, claims))
 * ```
 */
export function matchesRevocation(entry: RevocationEntry, claims: Claims): boolean {
  return !isSpared(entry, claims) && isReached(entry, lineageOf(claims))
}

/** No other level can be lifted. */
function isSpared({ level, liftedAt }: RevocationEntry, { iat }: Claims): boolean {
  return level === 'task' && liftedAt !== undefined && iat * 1000 >= liftedAt
}

function isReached(entry: RevocationEntry, lineage: Lineage): boolean {
  switch (entry.level) {
    case 'token':
      return lineage.jti === entry.target || isOfSession(entry, lineage)
    case 'agent':
      return lineage.agents.includes(entry.target)
    case 'task':
      return lineage.taskId === entry.target
    case 'chain':
      return lineage.root === entry.target
    case 'app':
      return lineage.apps.includes(entry.target)
    default:
      // A level from a newer broker: what cannot be judged is dead.
      return true
  }
}

/** Only logins launch, so it need not be known whose session it is. */
function isOfSession({ sid, released }: RevocationEntry, lineage: Lineage): boolean {
  if (sid === undefined) return false
  return lineage.sessions.includes(sid) || (!released && lineage.launchingSessions.includes(sid))
}
