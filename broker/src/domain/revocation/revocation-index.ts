// What is dead, in memory, so that judging a token needs no database. It is built before the first request is
// answered, and an entry enters it after its commit and before its answer. Law 4: from the moment a revocation is
// answered, nothing it covers is accepted. Each member carries the second after which no covered token can be alive;
// only then is it forgotten, so memory follows what is live.
import type { Claims } from '@agentwrit/protocol'
import type { KeptRevocation } from './revocation.ts'

export type DeathReason = 'superseded' | 'released' | 'revoked'

interface SessionEnd {
  readonly reason: 'released' | 'revoked'
  readonly keepUntil: number
}

export class RevocationIndex {
  /** Tokens with `iat` (seconds) before this are dead: the store's epoch. */
  readonly notBefore: number
  readonly #supersededUntil = new Map<string, number>()
  readonly #sessions = new Map<string, SessionEnd>()

  constructor(notBefore: number, entries: Iterable<KeptRevocation>) {
    this.notBefore = notBefore
    for (const entry of entries) this.add(entry)
  }

  /** Every level but `token` is refused at start-up until this broker can judge it: an entry is never ignored. */
  add(entry: KeptRevocation): void {
    if (entry.level !== 'token' || entry.sid === undefined) {
      throw new Error(`this broker cannot judge a revocation entry of level ${entry.level}`)
    }
    const reason = entry.released ? 'released' : 'revoked'
    this.#sessions.set(entry.sid, { reason, keepUntil: entry.keepUntil })
  }

  /** A renewal has been committed: `jti` is dead, and forgotten once it had expired anyway (`exp`, seconds). */
  supersede(jti: string, exp: number): void {
    this.#supersededUntil.set(jti, exp)
  }

  /** Why the token is dead, or undefined. Synchronous, so that it can be asked in the turn that writes the answer. */
  reasonDead(claims: Claims): DeathReason | undefined {
    if (claims.iat < this.notBefore) return 'revoked'
    const end = claims.sid === undefined ? undefined : this.#sessions.get(claims.sid)
    if (end !== undefined) return end.reason
    if (claims.lsid !== undefined && this.#sessions.get(claims.lsid)?.reason === 'revoked') {
      return 'revoked'
    }
    return this.#supersededUntil.has(claims.jti) ? 'superseded' : undefined
  }

  /** Forgets what covers nothing alive at `now` (milliseconds). */
  forgetExpired(now: number): void {
    const seconds = now / 1000
    for (const [jti, exp] of this.#supersededUntil) {
      if (exp <= seconds) this.#supersededUntil.delete(jti)
    }
    for (const [sid, end] of this.#sessions) {
      if (end.keepUntil <= seconds) this.#sessions.delete(sid)
    }
  }

  get size(): number {
    return this.#supersededUntil.size + this.#sessions.size
  }
}
