// What is revoked, followed for as long as the verifier lives (contract 4.19). Laws: whatever breaks, it connects again and
// goes on where it was; what is missing or cannot be read unmakes all knowledge; it is never believed for longer than it is
// fresh.
import { RevocationFollower } from '@agentwrit/protocol'
import type { PublishedLineage, RevocationStreamEvent } from '@agentwrit/protocol'
import { TransportError } from '../errors.ts'
import type { Call } from '../exchange.ts'
import { pauseBefore } from '../retry.ts'
import type { StandingSession } from '../standing-session.ts'
import { Freshness } from './freshness.ts'
import { readRevocationStream } from './revocation-stream.ts'
import type { Settings } from './settings.ts'
import { watch } from './watchdog.ts'

const path = '/v1/revocations/stream'
/** Milliseconds between two attempts at most, whatever the broker, or a proxy, asks for. */
const longestPause = 30_000
/** Of the pauses, after which they stay at a second or two: that long a broker may be back before it is noticed. */
const mostDoublings = 3
/** Milliseconds of silence that end a connection: while a snapshot is made, and later, when each second brings something. */
const patienceAtFirst = 15_000
const patienceWhileFresh = 2_500
/** Milliseconds after a failed sign-in. */
const signInPause = 10_000

interface FeedParts {
  readonly settings: Settings
  readonly session: StandingSession
  /** What else must be known, before a connection is made. */
  readonly prepare: () => Promise<void>
  /** Called whenever all that has happened is known, about every second. */
  readonly onFresh: () => void
}

export class RevocationFeed {
  readonly #parts: FeedParts
  readonly #follower = new RevocationFollower()
  readonly #freshness: Freshness
  /** Since this connection was made, it has been up to date. */
  #isFollowing = false
  /** Connections that never came so far, since the last that did; one at most while something may still be accepted. */
  #failures = 0
  #signInAt = -Infinity

  constructor(parts: FeedParts) {
    this.#parts = parts
    const { broker, maxStaleness } = parts.settings
    this.#freshness = new Freshness(broker.transport.surroundings, maxStaleness)
  }

  /** Milliseconds: the broker's clock was at least there. */
  get asOf(): number {
    return this.#freshness.asOf
  }

  get isFresh(): boolean {
    return this.#follower.facts !== undefined && this.#freshness.isFresh
  }

  /** Whether a token is dead as far as is known; ask `isFresh` in the same turn. */
  isDead(lineage: PublishedLineage): boolean {
    return this.#follower.isDead(lineage)
  }

  /** Drops what covers nothing alive at `now` (milliseconds). */
  forgetExpired(now: number): void {
    this.#follower.forgetExpired(now)
  }

  /** Follows until `closing`. Never rejects. */
  async run(closing: AbortSignal): Promise<void> {
    const { settings } = this.#parts
    const { random, sleep } = settings.broker.transport.surroundings
    while (!closing.aborted) {
      const error: unknown = await this.#follow(closing).catch((reason: unknown) => reason)
      if (closing.aborted) return
      if (error !== undefined) settings.report(error)
      const doublings = Math.min(this.#failures, mostDoublings)
      const pause = Math.min(pauseBefore(doublings, error, random), longestPause)
      // Whoever may still accept something must soon hear what not; whoever refuses everything can wait.
      this.#failures = this.isFresh ? 1 : this.#failures + 1
      await sleep(pause, closing).catch(() => undefined)
    }
  }

  /** One connection, until it ends. */
  async #follow(closing: AbortSignal): Promise<void> {
    const { settings, session, prepare } = this.#parts
    const { transport } = settings.broker
    this.#isFollowing = false
    await Promise.all([prepare(), session.token({ signal: closing })])
    const over = new AbortController()
    const signal = AbortSignal.any([closing, over.signal])
    const bark = () => over.abort(new TransportError('the revocation stream has gone silent'))
    const patience = () => (this.#isFollowing ? this.#patience : patienceAtFirst)
    const { sleep } = transport.surroundings
    const { heard } = watch(patience, bark, { sleep, signal })
    try {
      const { response } = await session.open(this.#call(), { signal })
      this.#freshness.connected()
      const heardBytes = () => (this.#isFollowing ? undefined : heard())
      for await (const event of readRevocationStream(response, heardBytes)) {
        heard()
        this.#take(event)
      }
      if (!this.#isFollowing) throw new TransportError('the revocation stream was never up to date')
    } finally {
      over.abort()
    }
  }

  get #patience(): number {
    return Math.max(patienceWhileFresh, this.#parts.settings.maxStaleness / 2)
  }

  #call(): Call {
    const { lastEventId } = this.#follower
    return { method: 'GET', path, ...(lastEventId === undefined ? {} : { lastEventId }) }
  }

  #take(event: RevocationStreamEvent | undefined): void {
    if (event === undefined) this.#follower.forget()
    if (event === undefined || !this.#follower.take(event)) {
      this.#freshness.forget()
      throw new TransportError('an event of the revocation stream is missing, or cannot be read')
    }
    // That it is fresh was said of what it replaces.
    if (event.event === 'snapshot') this.#freshness.forget()
    if (event.event === 'fresh') this.#confirm(Date.parse(event.data.as_of))
  }

  #confirm(asOf: number): void {
    this.#freshness.confirm(asOf)
    if (!this.#freshness.isFresh) {
      // It may be the clocks, and then nothing else would tell.
      throw new TransportError('the revocation stream is stale by the clock of this machine')
    }
    this.#isFollowing = true
    this.#failures = 0
    this.#keepSignedIn()
    this.#parts.onFresh()
  }

  /** The next token is there before this one ends, and the stream with it. */
  #keepSignedIn(): void {
    const { settings, session } = this.#parts
    const now = settings.broker.transport.surroundings.elapsed()
    if (now < this.#signInAt) return
    session.token().catch((error: unknown) => {
      this.#signInAt = now + signInPause
      settings.report(error)
    })
  }
}
