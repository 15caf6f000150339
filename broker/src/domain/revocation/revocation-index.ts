// What is dead, in memory, so that judging a token needs no database. It is built before the first request is
// answered, and an entry enters it after its commit and before its answer. Law 4: from the moment a revocation is
// answered, nothing it covers is accepted. Each member carries the second after which no covered token can be alive;
// only then is it forgotten, so memory follows what is live.
import { lineageOf, type Claims } from '@agentwrit/protocol'
import type { KeptRevocation } from './revocation.ts'

export type DeathReason = 'superseded' | 'released' | 'revoked'

interface SessionEnd {
  readonly reason: 'released' | 'revoked'
  readonly keepUntil: number
}

interface AppEnd {
  readonly keepUntil: number
}

interface CurrentToken {
  readonly jti: string
  /** Seconds: no token this one has superseded lives longer. */
  readonly keepUntil: number
}

export class RevocationIndex {
  /** Tokens with `iat` (seconds) before this are dead: the store's epoch. */
  readonly notBefore: number
  readonly #current = new Map<string, CurrentToken>()
  readonly #ended = new Map<string, SessionEnd>()
  readonly #apps = new Map<string, AppEnd>()
  #forgottenUntil = 0

  constructor(notBefore: number, entries: Iterable<KeptRevocation>) {
    this.notBefore = notBefore
    for (const entry of entries) this.add(entry)
  }

  /** A level that this broker cannot judge yet is refused at start-up: an entry is never ignored. */
  add({ level, target, sid, released, keepUntil }: KeptRevocation): void {
    if (level === 'app') return this.#endApp(target, keepUntil)
    if (level !== 'token' || sid === undefined) {
      throw new Error(`this broker cannot judge a revocation entry of level ${level}`)
    }
    const known = this.#ended.get(sid)
    this.#ended.set(sid, {
      reason: released && known?.reason !== 'revoked' ? 'released' : 'revoked',
      keepUntil: Math.max(keepUntil, known?.keepUntil ?? 0),
    })
  }

  /** A renewal has been committed: of this session only the new token is alive. `oldExp` and the token's are seconds. */
  renewed(sid: string, { jti, exp }: Pick<Claims, 'jti' | 'exp'>, oldExp: number): void {
    const known = this.#current.get(sid)?.keepUntil ?? 0
    this.#current.set(sid, { jti, keepUntil: Math.max(exp, oldExp, known) })
  }

  /** Why the session is over, as far as an entry says so. */
  reasonEnded(sid: string): SessionEnd['reason'] | undefined {
    return this.#ended.get(sid)?.reason
  }

  /** The app was deregistered: nothing of it lives, and nothing new may be begun in its name. */
  isAppEnded(appId: string): boolean {
    return this.#apps.has(appId)
  }

  /** Why the token is dead, or undefined. Synchronous, so that it can be asked in the turn that writes the answer. */
  reasonDead(claims: Claims): DeathReason | undefined {
    const { iat, exp, jti, sid, lsid } = claims
    // What is forgotten covered nothing that lives longer. Should the clock step back, such a token stays dead.
    if (iat < this.notBefore || exp <= this.#forgottenUntil) return 'revoked'
    if (this.#isOfEndedApp(claims)) return 'revoked'
    if (sid === undefined) return undefined
    const ended = this.reasonEnded(sid)
    if (ended !== undefined) return ended
    if (lsid !== undefined && this.reasonEnded(lsid) === 'revoked') return 'revoked'
    return (this.#current.get(sid)?.jti ?? jti) === jti ? undefined : 'superseded'
  }

  /** Forgets what covers nothing alive at `now` (milliseconds). */
  forgetExpired(now: number): void {
    this.#forgottenUntil = Math.max(this.#forgottenUntil, Math.floor(now / 1000))
    for (const remembered of [this.#current, this.#ended, this.#apps]) {
      for (const [id, { keepUntil }] of remembered) {
        if (keepUntil <= this.#forgottenUntil) remembered.delete(id)
      }
    }
  }

  get size(): number {
    return this.#current.size + this.#ended.size + this.#apps.size
  }

  #endApp(appId: string, keepUntil: number): void {
    const known = this.#apps.get(appId)?.keepUntil ?? 0
    this.#apps.set(appId, { keepUntil: Math.max(keepUntil, known) })
  }

  /** The lineage is made out only where there is an entry it could match. */
  #isOfEndedApp(claims: Claims): boolean {
    return this.#apps.size > 0 && lineageOf(claims).apps.some((appId) => this.#apps.has(appId))
  }
}
