/**
 * What is dead, as the revocation stream tells it (contract 4.19, the table of 2.7).
 * Laws: it does not matter in which order facts about different targets come, nor whether one comes twice; a fact that
 * covers nothing alive is forgotten, so that size follows what is live; two that know the same are equal in every map.
 */
import type { PublishedLineage } from './published-lineage.ts'
import type { PublishedEntry, PublishedRevocation } from './wire-streams.ts'

/** The latest entry about a task. */
interface TaskEnd {
  readonly id: string
  /** Seconds. */
  readonly exp: number
  /** Milliseconds: tokens issued from then on are not concerned. */
  readonly liftedAt?: number
}

/**
 * To each name the second from which on no token that it covers can be alive; entries' targets are hashes. Kept by a
 * `RevocationFollower`; what a stranger tells must not get here.
 *
 * @example
 * ```ts
 * const facts = new RevocationFacts()
 * facts.size // 0
 * ```
 */
export class RevocationFacts {
  readonly tokens: Map<string, number> = new Map()
  /** However they ended. */
  readonly sessions: Map<string, number> = new Map()
  /** Those that were taken away: what they launched is dead, too. */
  readonly launchers: Map<string, number> = new Map()
  readonly agents: Map<string, number> = new Map()
  readonly chains: Map<string, number> = new Map()
  readonly apps: Map<string, number> = new Map()
  readonly tasks: Map<string, TaskEnd> = new Map()
  readonly superseded: Map<string, number> = new Map()
  /** Never forgotten: who has stolen a key can sign what never expires. */
  readonly keys: Set<string> = new Set()

  /** How many names are known. */
  get size(): number {
    return this.#byExpiry().reduce((sum, { size }) => sum + size, this.tasks.size + this.keys.size)
  }

  /** Takes a fact in, once or again. Throws an Error when its action or level is unknown: nothing is passed over. */
  add(fact: PublishedRevocation): void {
    switch (fact.action) {
      case 'supersede':
        return keepLonger(this.superseded, fact.jti, fact.exp)
      case 'retire_key':
        return void this.keys.add(fact.kid)
      case 'revoke':
      case 'release':
      case 'lift':
        return this.#enter(fact)
      default:
        throw unknown(fact)
    }
  }

  /** Whether a fact covers the token of this lineage; its expiry is another question. */
  isDead({ iat, jti, sessions, launchingSessions, kids, targets }: PublishedLineage): boolean {
    return (
      this.superseded.has(jti) ||
      sessions.some((sid) => this.sessions.has(sid)) ||
      launchingSessions.some((sid) => this.launchers.has(sid)) ||
      kids.some((kid) => this.keys.has(kid)) ||
      targets.token.some((target) => this.tokens.has(target)) ||
      targets.agent.some((target) => this.agents.has(target)) ||
      targets.chain.some((target) => this.chains.has(target)) ||
      targets.app.some((target) => this.apps.has(target)) ||
      targets.task.some((target) => this.#isTaskEnded(target, iat))
    )
  }

  /** Drops what covers nothing alive at this second. */
  forgetExpired(second: number): void {
    for (const known of this.#byExpiry()) {
      for (const [name, exp] of known) if (exp <= second) known.delete(name)
    }
    for (const [target, { exp }] of this.tasks) if (exp <= second) this.tasks.delete(target)
  }

  #byExpiry(): Map<string, number>[] {
    const { tokens, sessions, launchers, agents, chains, apps, superseded } = this
    return [tokens, sessions, launchers, agents, chains, apps, superseded]
  }

  #enter(entry: PublishedEntry): void {
    const { level, target, exp } = entry
    switch (level) {
      case 'token':
        return this.#endSession(entry)
      case 'agent':
        return keepLonger(this.agents, target, exp)
      case 'chain':
        return keepLonger(this.chains, target, exp)
      case 'app':
        return keepLonger(this.apps, target, exp)
      case 'task':
        return this.#endTask(entry)
      default:
        throw unknown(level)
    }
  }

  #endSession({ action, target, sid, exp }: PublishedEntry): void {
    const isTakenAway = action === 'revoke'
    // A released token's own session says all there is to say of it.
    if (isTakenAway || sid === undefined) keepLonger(this.tokens, target, exp)
    if (sid === undefined) return
    keepLonger(this.sessions, sid, exp)
    if (isTakenAway) keepLonger(this.launchers, sid, exp)
  }

  /** The latest entry covers what all before it did: those had been lifted when it was made. */
  #endTask({ action, id, target, exp, lifted_at: liftedAt }: PublishedEntry): void {
    const known = this.tasks.get(target)
    const isLift = action === 'lift' && liftedAt !== undefined
    // A lifting that is told again must not lift what was revoked since.
    if (isLift && known !== undefined && known.id !== id && known.liftedAt === undefined) return
    this.tasks.set(target, { id, exp, ...(isLift ? { liftedAt: Date.parse(liftedAt) } : {}) })
  }

  #isTaskEnded(target: string, iat: number): boolean {
    const end = this.tasks.get(target)
    if (end === undefined) return false
    return end.liftedAt === undefined || iat * 1000 < end.liftedAt
  }
}

function keepLonger(known: Map<string, number>, name: string, exp: number): void {
  known.set(name, Math.max(exp, known.get(name) ?? 0))
}

/** What cannot be judged must not be passed over. */
function unknown(fact: never): Error {
  return new TypeError(`a revocation is of an unknown kind: ${JSON.stringify(fact)}`)
}
