/**
 * What is dead, as the revocation stream tells it (contract 4.19, the table of 2.7).
 * Laws: it does not matter in which order facts about different targets come, nor whether one comes twice; a fact that
 * covers nothing alive is forgotten, so that size follows what is live; two that know the same say so in `toJSON`.
 */
import { ExpiryTable } from './expiry-table.ts'
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
  /** Of those without a session. */
  readonly #tokens = new ExpiryTable()
  /** However they ended. */
  readonly #sessions = new ExpiryTable()
  /** Those that were taken away: what they launched is dead, too. */
  readonly #launchers = new ExpiryTable()
  readonly #agents = new ExpiryTable()
  readonly #chains = new ExpiryTable()
  readonly #apps = new ExpiryTable()
  readonly #tasks = new Map<string, TaskEnd>()
  readonly #superseded = new ExpiryTable()
  /** Never forgotten: who has stolen a key can sign what never expires. */
  readonly #keys = new Set<string>()

  /** How many names are known. */
  get size(): number {
    const tables = Object.values(this.#tables())
    return tables.reduce((sum, { size }) => sum + size, this.#tasks.size + this.#keys.size)
  }

  /** All that is known, in an order that does not tell how it came. */
  toJSON(): Readonly<Record<string, unknown>> {
    const tables = Object.entries(this.#tables()).map(([name, table]) => [name, table.sorted()])
    return {
      ...Object.fromEntries(tables),
      tasks: [...this.#tasks].toSorted(byName),
      keys: [...this.#keys].toSorted(),
    }
  }

  /** Takes a fact in, once or again. Throws an Error when its action or level is unknown: nothing is passed over. */
  add(fact: PublishedRevocation): void {
    switch (fact.action) {
      case 'supersede':
        return this.#superseded.keep(fact.jti, fact.exp)
      case 'retire_key':
        return void this.#keys.add(fact.kid)
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
      this.#superseded.has(jti) ||
      sessions.some((sid) => this.#sessions.has(sid)) ||
      launchingSessions.some((sid) => this.#launchers.has(sid)) ||
      kids.some((kid) => this.#keys.has(kid)) ||
      targets.token.some((target) => this.#tokens.has(target)) ||
      targets.agent.some((target) => this.#agents.has(target)) ||
      targets.chain.some((target) => this.#chains.has(target)) ||
      targets.app.some((target) => this.#apps.has(target)) ||
      targets.task.some((target) => this.#isTaskEnded(target, iat))
    )
  }

  /** Drops what covers nothing alive at this second. */
  forgetExpired(second: number): void {
    for (const table of Object.values(this.#tables())) table.forgetExpired(second)
    for (const [target, { exp }] of this.#tasks) if (exp <= second) this.#tasks.delete(target)
  }

  #tables(): Readonly<Record<string, ExpiryTable>> {
    return {
      tokens: this.#tokens,
      sessions: this.#sessions,
      launchers: this.#launchers,
      agents: this.#agents,
      chains: this.#chains,
      apps: this.#apps,
      superseded: this.#superseded,
    }
  }

  #enter(entry: PublishedEntry): void {
    const { level, target, exp } = entry
    switch (level) {
      case 'token':
        return this.#endSession(entry)
      case 'agent':
        return this.#agents.keep(target, exp)
      case 'chain':
        return this.#chains.keep(target, exp)
      case 'app':
        return this.#apps.keep(target, exp)
      case 'task':
        return this.#endTask(entry)
      default:
        throw unknown(level)
    }
  }

  #endSession({ action, target, sid, exp }: PublishedEntry): void {
    // A token's own session says all there is to say of it.
    if (sid === undefined) return this.#tokens.keep(target, exp)
    this.#sessions.keep(sid, exp)
    if (action === 'revoke') this.#launchers.keep(sid, exp)
  }

  /** The latest entry covers what all before it did: those had been lifted when it was made. */
  #endTask({ action, id, target, exp, lifted_at: liftedAt }: PublishedEntry): void {
    const known = this.#tasks.get(target)
    const isLift = action === 'lift' && liftedAt !== undefined
    // A lifting that is told again must not lift what was revoked since.
    if (isLift && known !== undefined && known.id !== id && known.liftedAt === undefined) return
    this.#tasks.set(target, { id, exp, ...(isLift ? { liftedAt: Date.parse(liftedAt) } : {}) })
  }

  #isTaskEnded(target: string, iat: number): boolean {
    const end = this.#tasks.get(target)
    if (end === undefined) return false
    return end.liftedAt === undefined || iat * 1000 < end.liftedAt
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

/** What cannot be judged must not be passed over. */
function unknown(fact: never): Error {
  return new TypeError(`a revocation is of an unknown kind: ${JSON.stringify(fact)}`)
}
