// What is dead, in memory, so that judging a token needs no database. It is built before the first request is
// answered, and an entry enters it after its commit and before its answer. Law 4: from the moment a revocation is
// answered, nothing it covers is accepted, with the whole lineage. Each member carries the second after which no covered
// token can be alive; only then is it forgotten, so memory follows what is live. It says of every token what
// `matchesRevocation` of the protocol says of it and each entry.
import type { Claims, LineageClaims } from '@agentwrit/protocol'
import type { Epoch } from '../epoch/epoch.ts'
import { isPrincipal, type KeptRevocation } from './revocation.ts'

export type DeathReason = 'superseded' | 'released' | 'revoked'

interface Kept {
  /** Seconds. */
  readonly keepUntil: number
}

interface SessionEnd extends Kept {
  readonly reason: 'released' | 'revoked'
}

interface TaskEnd extends Kept {
  readonly seq: number
  readonly liftedAt: number | undefined
}

interface CurrentToken extends Kept {
  readonly jti: string
}

/** What of a token decides whether its session is over; both instants in seconds. */
type Dated = LineageClaims & Pick<Claims, 'iat' | 'exp'>

export class RevocationIndex {
  readonly #current = new Map<string, CurrentToken>()
  readonly #ended = new Map<string, SessionEnd>()
  readonly #tokens = new Map<string, Kept>()
  readonly #agents = new Map<string, Kept>()
  readonly #roots = new Map<string, Kept>()
  readonly #apps = new Map<string, Kept>()
  readonly #tasks = new Map<string, TaskEnd>()
  #notBefore: number
  #forgottenUntil: number

  /** `entries`: all that may cover a token alive at `at` (milliseconds). */
  constructor(notBefore: number, entries: Iterable<KeptRevocation>, at = 0) {
    this.#notBefore = notBefore
    this.#forgottenUntil = Math.floor(at / 1000)
    for (const entry of entries) this.add(entry)
  }

  /** Tokens with `iat` (seconds) before this are dead: the store's epoch. */
  get notBefore(): number {
    return this.#notBefore
  }

  /** Another broker may have begun an epoch; one that was begun is never taken back. */
  beginEpoch({ notBefore }: Pick<Epoch, 'notBefore'>): void {
    this.#notBefore = Math.max(this.#notBefore, notBefore)
  }

  /** Also tells of a lifting: the same entry again, with `liftedAt`. */
  add(entry: KeptRevocation): void {
    const { level, target, keepUntil } = entry
    switch (level) {
      case 'token':
        return this.#endSession(entry)
      case 'task':
        return this.#endTask(entry)
      case 'agent':
        // An entry about the sessions of an app or operator blocks nobody: its parts name these sessions.
        return isPrincipal(target) ? undefined : keepLonger(this.#agents, target, keepUntil)
      case 'chain':
        return keepLonger(this.#roots, target, keepUntil)
      case 'app':
        return keepLonger(this.#apps, target, keepUntil)
      default:
        throw unknownLevel(level)
    }
  }

  /** A renewal has been committed: of this session only the new token is alive. `oldExp` and the token's are seconds. */
  renewed(sid: string, { jti, exp }: Pick<Claims, 'jti' | 'exp'>, oldExp: number): void {
    const known = this.#current.get(sid)?.keepUntil ?? 0
    this.#current.set(sid, { jti, keepUntil: Math.max(exp, oldExp, known) })
  }

  /** Why the session itself is over, as far as an entry says so. */
  reasonEnded(sid: string): SessionEnd['reason'] | undefined {
    return this.#ended.get(sid)?.reason
  }

  /** The app was deregistered: nothing of it lives, and nothing new may be begun in its name. */
  isAppEnded(appId: string): boolean {
    return this.#apps.has(appId)
  }

  /** The task is revoked, and that was not lifted for tokens issued at this second. */
  isTaskEnded({ task_id: taskId, iat }: Pick<Claims, 'task_id' | 'iat'>): boolean {
    const end = taskId === undefined ? undefined : this.#tasks.get(taskId)
    if (end === undefined) return false
    return end.liftedAt === undefined || iat * 1000 < end.liftedAt
  }

  /** Why the token is dead, or undefined. Synchronous, so that it can be asked in the turn that writes the answer. */
  reasonDead(claims: Claims): DeathReason | undefined {
    const { jti, sid } = claims
    const over = this.reasonOver(claims)
    if (over !== undefined || sid === undefined) return over
    return (this.#current.get(sid)?.jti ?? jti) === jti ? undefined : 'superseded'
  }

  /** Why the token's whole session is dead, or undefined. */
  reasonOver(claims: Dated): SessionEnd['reason'] | undefined {
    const { iat, exp } = claims
    // What is forgotten covered nothing that lives longer. Should the clock step back, such a token stays dead.
    if (iat < this.#notBefore || exp <= this.#forgottenUntil) return 'revoked'
    return this.#isNamed(claims) ? 'revoked' : this.#reasonLineOver(claims)
  }

  /** Forgets what covers nothing alive at `now` (milliseconds). */
  forgetExpired(now: number): void {
    this.#forgottenUntil = Math.max(this.#forgottenUntil, Math.floor(now / 1000))
    for (const remembered of this.#all()) {
      for (const [id, { keepUntil }] of remembered) {
        if (keepUntil <= this.#forgottenUntil) remembered.delete(id)
      }
    }
  }

  get size(): number {
    return this.#all().reduce((sum, { size }) => sum + size, 0)
  }

  #all(): Map<string, Kept>[] {
    const named = [this.#tokens, this.#agents, this.#tasks, this.#roots, this.#apps]
    return [this.#current, this.#ended, ...named]
  }

  #endSession({ sid, target, released, keepUntil }: KeptRevocation): void {
    if (!released) keepLonger(this.#tokens, target, keepUntil)
    if (sid === undefined) return
    const known = this.#ended.get(sid)
    this.#ended.set(sid, {
      reason: released && known?.reason !== 'revoked' ? 'released' : 'revoked',
      keepUntil: Math.max(keepUntil, known?.keepUntil ?? 0),
    })
  }

  /** The latest entry decides: it was made when all before it had been lifted, and what these cover it covers too. */
  #endTask({ target, seq, liftedAt, keepUntil }: KeptRevocation): void {
    const known = this.#tasks.get(target)?.seq ?? 0
    // Told out of order: of a task that was revoked again meanwhile, or of the making of what was lifted already.
    if (known > seq || (known === seq && liftedAt === undefined)) return
    this.#tasks.set(target, { seq, liftedAt, keepUntil })
  }

  /** Whether an entry names the token itself, its holder or a delegator, their apps, its task or its root. */
  #isNamed(claims: Dated): boolean {
    const { jti, sub, app_id: appId, delegation_chain: chain } = claims
    if (this.#tokens.has(jti) || this.#isHolderNamed(sub, appId)) return true
    if (this.#roots.has(chain?.[0]?.agent ?? sub) || this.isTaskEnded(claims)) return true
    return chain?.some((record) => this.#isHolderNamed(record.agent, record.app_id)) ?? false
  }

  #isHolderNamed(subject: string, appId: string | undefined): boolean {
    if (this.#agents.has(subject)) return true
    if (this.#apps.size === 0) return false
    if (appId !== undefined && this.#apps.has(appId)) return true
    return subject.startsWith('app:') && this.#apps.has(subject.slice('app:'.length))
  }

  /** Why the token's session is over, or one it was delegated or launched from. */
  #reasonLineOver(claims: Dated): SessionEnd['reason'] | undefined {
    if (this.#ended.size === 0) return undefined
    const { sid, lsid, delegation_chain: chain = [] } = claims
    const launching = [lsid, ...chain.map((record) => record.lsid)]
    const line = [sid, ...chain.flatMap((record) => [record.sid, record.parent_sid])]
    const reasons = line.map((ancestor) => ancestor && this.reasonEnded(ancestor))
    const isRevoked =
      reasons.includes('revoked') ||
      launching.some((ancestor) => ancestor && this.reasonEnded(ancestor) === 'revoked')
    if (isRevoked) return 'revoked'
    return reasons.includes('released') ? 'released' : undefined
  }
}

function keepLonger(remembered: Map<string, Kept>, id: string, keepUntil: number): void {
  const known = remembered.get(id)?.keepUntil ?? 0
  remembered.set(id, { keepUntil: Math.max(keepUntil, known) })
}

/** Of a newer version, perhaps: an entry that cannot be judged must not be passed over. */
function unknownLevel(level: never): Error {
  return new Error(`a revocation entry has an unknown level: ${String(level)}`)
}
