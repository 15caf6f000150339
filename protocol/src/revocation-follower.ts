/**
 * Who follows the revocation stream (contract 4.19) knows what is dead without asking.
 * Laws: nothing is known, and everything is dead, before a whole snapshot has come; a number that is missing unmakes all
 * knowledge, for what it named would pass; however often a follower is cut off and resumes, it ends with the state of one
 * that never was.
 */
import type { PublishedLineage } from './published-lineage.ts'
import { RevocationFacts } from './revocation-facts.ts'
import type {
  RevocationChange,
  RevocationFresh,
  RevocationSnapshot,
  RevocationStreamEvent,
} from './wire-streams.ts'

/** What it keeps at most unless told otherwise: about 130 MB, and at the end of a snapshot twice that. */
const mostFacts = 4_000_000

interface Known {
  readonly epoch: string
  readonly facts: RevocationFacts
  seq: number
}

/** A snapshot of which this part came last. */
interface Arriving extends Known {
  /** Seconds, both. */
  readonly notBefore: number
  readonly at: number
  readonly parts: number
  part: number
}

/**
 * Turns the events of the stream into the answer to one question. Reads no clock and opens no connection.
 *
 * @example
 * ```ts
 * async function follow(follower: RevocationFollower, events: AsyncIterable<RevocationStreamEvent>): Promise<void> {
 *   for await (const event of events) {
 *     if (!follower.take(event)) return // connect again, with `follower.lastEventId`
 *   }
 * }
 * ```
 */
export class RevocationFollower {
  readonly #limit: number
  #known: Known | undefined
  #arriving: Arriving | undefined
  #asOf: number | undefined
  /** Seconds, both: what was issued before the one, or ends by the other, is dead whatever else comes. */
  #notBefore = 0
  #forgottenUntil = 0

  constructor({ limit = mostFacts }: { readonly limit?: number } = {}) {
    this.#limit = limit
  }

  /** For the header `Last-Event-ID` of the next connection; none: a snapshot is needed. */
  get lastEventId(): string | undefined {
    return this.#known && `${this.#known.epoch}.${this.#known.seq}`
  }

  /** Milliseconds: every change committed before is known; undefined as long as nothing is. */
  get asOf(): number | undefined {
    return this.#known && this.#asOf
  }

  /** What is known, if anything. */
  get facts(): Readonly<RevocationFacts> | undefined {
    return this.#known?.facts
  }

  /** False when something is missing or too much: then nothing is known any more, and the stream must be begun anew. */
  take({ event, data }: RevocationStreamEvent): boolean {
    const isTaken =
      event === 'snapshot'
        ? this.#takePart(data)
        : event === 'fresh'
          ? this.#takeFresh(data)
          : this.#takeChange(data)
    if (!isTaken) this.forget()
    return isTaken
  }

  /** Whether the token is dead, or that is not known. */
  isDead(lineage: PublishedLineage): boolean {
    const { iat, exp } = lineage
    if (this.#known === undefined || exp <= this.#forgottenUntil || iat < this.#notBefore)
      return true
    return this.#known.facts.isDead(lineage)
  }

  /** Drops what covers nothing alive at `now` (milliseconds); whatever had expired by then is dead from now on. */
  forgetExpired(now: number): void {
    this.#forgottenUntil = Math.max(this.#forgottenUntil, Math.floor(now / 1000))
    this.#known?.facts.forgetExpired(this.#forgottenUntil)
  }

  /** Knows nothing any more: what came cannot be read, for instance. */
  forget(): void {
    this.#known = undefined
    this.#arriving = undefined
    this.#asOf = undefined
  }

  #takePart(snapshot: RevocationSnapshot): boolean {
    const arriving = snapshot.part === 1 ? begin(snapshot) : this.#arriving
    if (arriving === undefined || !isNext(arriving, snapshot)) return false
    for (const entry of snapshot.entries) arriving.facts.add(entry)
    arriving.part += 1
    const isWhole = arriving.part === arriving.parts
    this.#arriving = isWhole ? undefined : arriving
    if (isWhole) this.#know(arriving)
    return arriving.facts.size <= this.#limit
  }

  /** What is left out as expired is dead, whatever the clock here says: it may have been revoked. */
  #know({ epoch, notBefore, at, facts, seq }: Arriving): void {
    this.#known = { epoch, facts, seq }
    this.#notBefore = Math.max(this.#notBefore, notBefore)
    this.forgetExpired(at * 1000)
  }

  #takeChange(change: RevocationChange): boolean {
    const known = this.#known
    if (known === undefined || change.seq > known.seq + 1) return false
    if (change.seq <= known.seq) return true
    known.facts.add(change)
    known.seq = change.seq
    return known.facts.size <= this.#limit
  }

  #takeFresh({ epoch, seq, as_of: asOf }: RevocationFresh): boolean {
    const known = this.#known
    if (known?.epoch !== epoch || seq > known.seq) return false
    this.#asOf = Math.max(Date.parse(asOf), this.#asOf ?? 0)
    return true
  }
}

function begin({ epoch, not_before: notBefore, at, seq, parts }: RevocationSnapshot): Arriving {
  return { epoch, notBefore, at, facts: new RevocationFacts(), seq, parts, part: 0 }
}

function isNext(arriving: Arriving, { epoch, seq, part, parts }: RevocationSnapshot): boolean {
  return (
    arriving.epoch === epoch &&
    arriving.seq === seq &&
    arriving.part + 1 === part &&
    arriving.parts === parts &&
    part <= parts
  )
}
