// A table that grows, followed: one reader for any number of streams. Laws: items are handed on in the order of their
// numbers, each once; what is known is as old as the instant before the last successful read was sent, by the clock on
// the wall and by the machine's own, whichever says older; nothing is read while nobody follows.
import type { Clock } from '../surroundings.ts'

export interface Numbered {
  readonly seq: number
}

export interface FeedParts<Item extends Numbered> {
  /** Number of the last item there is. */
  readonly lastSeq: () => Promise<number>
  /** Items behind this number, in order, at most so many. */
  readonly after: (seq: number, limit: number) => Promise<readonly Item[]>
  readonly clock: Clock
  /** Milliseconds. */
  readonly maxStaleness: number
}

/** Items read at once. */
const PAGE = 500
/** The latest items, kept for whoever is not quite up to date. */
const REMEMBERED = 1000

export class Feed<Item extends Numbered> {
  readonly #parts: FeedParts<Item>
  #followers = 0
  #seq: number | undefined
  #recent: Item[] = []
  #knownAt = { wall: -Infinity, own: -Infinity }
  #beat = 0
  #running: Promise<void> = Promise.resolve()
  #lastTurn: Promise<unknown> = Promise.resolve()
  #queued: Promise<void> | undefined
  #isReading = false
  #moved = Promise.withResolvers<void>()

  constructor(parts: FeedParts<Item>) {
    this.#parts = parts
  }

  /** Number of the last item known. */
  get seq(): number {
    return this.#seq ?? 0
  }

  /** Milliseconds: every item committed before is known. */
  get asOf(): number {
    return this.#knownAt.wall
  }

  /** Counts the reads that the timer has asked for. */
  get beat(): number {
    return this.#beat
  }

  get isFollowed(): boolean {
    return this.#followers > 0
  }

  /** Milliseconds since everything was known that had been committed. */
  get age(): number {
    const { wall, own } = this.#knownAt
    return Math.max(this.#parts.clock() - wall, performance.now() - own)
  }

  get isStale(): boolean {
    return this.age > this.#parts.maxStaleness
  }

  /** Begins to follow: resolves when all is known that was committed before. */
  async join(): Promise<void> {
    this.#followers += 1
    await this.poll()
  }

  leave(): void {
    this.#followers -= 1
    if (!this.isFollowed) this.#forget()
  }

  /** Items behind this number, as far as they are remembered; undefined when the next one is not. */
  recent(seq: number): readonly Item[] | undefined {
    if (seq === this.seq) return []
    const [first] = this.#recent
    if (first === undefined || seq + 1 < first.seq || seq > this.seq) return undefined
    return this.#recent.filter((item) => item.seq > seq)
  }

  /** Resolves when anything may have changed, at the latest with the next beat. */
  moved(): Promise<void> {
    return this.#moved.promise
  }

  /** Reads what is new; resolves when all is known that was committed before. Who asks meanwhile shares the next read. */
  poll(): Promise<void> {
    if (this.#queued !== undefined) return this.#queued
    const queued = this.#running.then(() => {
      this.#queued = undefined
      return this.#read()
    })
    this.#queued = queued
    this.#running = queued.catch(() => undefined)
    return queued
  }

  /** Reads of the past, one after the other: however many begin to follow at once, other reads are not crowded out. */
  readonly inTurn = async <Answer>(read: () => Promise<Answer>): Promise<Answer> => {
    const turn = this.#lastTurn.then(read)
    this.#lastTurn = turn.catch(() => undefined)
    return turn
  }

  /** To be called every second while anybody follows. A read that hangs or fails makes its followers look at its age. */
  tick(): void {
    if (this.#isReading) this.#wake()
    else void this.#readOnTime()
  }

  async #readOnTime(): Promise<void> {
    try {
      await this.poll()
      this.#beat += 1
    } catch {
      // Its followers look at its age, and the next beat tries again.
    }
    this.#wake()
  }

  async #read(): Promise<void> {
    const sentAt = { wall: this.#parts.clock(), own: performance.now() }
    this.#isReading = true
    try {
      await this.#catchUp()
    } finally {
      this.#isReading = false
    }
    this.#knownAt = sentAt
    this.#wake()
  }

  async #catchUp(): Promise<void> {
    // Whoever begins to follow reads for himself what was before.
    let seq = this.#seq ?? (await this.#parts.lastSeq())
    for (let isMore = true; isMore;) {
      const items = await this.#parts.after(seq, PAGE)
      seq = items.at(-1)?.seq ?? seq
      isMore = items.length === PAGE
      this.#recent = [...this.#recent, ...items].slice(-REMEMBERED)
      this.#seq = seq
    }
    if (!this.isFollowed) this.#forget()
  }

  #forget(): void {
    this.#seq = undefined
    this.#recent = []
  }

  #wake(): void {
    this.#moved.resolve()
    this.#moved = Promise.withResolvers<void>()
  }
}
