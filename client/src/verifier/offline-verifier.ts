// The verifier that asks nobody (contract 4.19, 4.22). Laws: nothing is accepted before keys and a snapshot are there, nor
// on knowledge that is not fresh; time, issuer, audience, keys and revocation are looked at on every use, after the last
// await; what has expired once does not come back with a clock that is set back.
import { onDispose } from '../dispose.ts'
import { AgentWritError } from '../errors.ts'
import type { Surroundings } from '../options.ts'
import { StandingSession } from '../standing-session.ts'
import { decide, findRefusal, readRequired, refuse } from './judge.ts'
import { KeySet } from './key-set.ts'
import { becomeReady } from './ready.ts'
import type { ReadyOptions } from './ready.ts'
import { RevocationFeed } from './revocation-feed.ts'
import type { Settings, VerifierCredentials } from './settings.ts'
import { TokenCache } from './token-cache.ts'
import type { RefusalReason, Verification, Verifier, Wanted } from './verification.ts'
import { readUnverified, verifySignatures } from './verified-token.ts'
import type { SignedToken, UnverifiedToken } from './verified-token.ts'

/** Milliseconds between two looks for what has expired. */
const sweepPause = 60_000
/** Tokens whose signatures are checked at the same time: whoever has none of ours can send any number. */
const mostReadings = 1_000
/** Milliseconds for giving the token back. */
const longestFarewell = 2_000

export class OfflineVerifier implements Verifier {
  readonly #settings: Settings
  readonly #surroundings: Surroundings
  readonly #keys: KeySet
  readonly #tokens: TokenCache<SignedToken>
  readonly #session: StandingSession
  readonly #feed: RevocationFeed
  readonly #closing = new AbortController()
  readonly #running: Promise<void>
  readonly #waiting = new Set<() => void>()
  /** The latest that the clock has ever said. */
  #latest = 0
  #readings = 0
  #lastError: unknown
  #sweptAt = 0
  /** Closes; only where the runtime has `Symbol.asyncDispose`. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>

  static {
    onDispose(this, (verifier) => verifier.close())
  }

  constructor(settings: Settings, { clientId, clientSecret }: VerifierCredentials) {
    const { broker, cacheBytes } = settings
    this.#settings = { ...settings, report: (error) => this.#report(settings, error) }
    this.#surroundings = broker.transport.surroundings
    this.#keys = new KeySet(this.#settings)
    this.#tokens = new TokenCache(cacheBytes)
    const credentials = { client_id: clientId, client_secret: clientSecret }
    this.#session = new StandingSession(broker, 'the verifier', (options) =>
      broker.signInApp(credentials, options),
    )
    this.#feed = new RevocationFeed({
      settings: this.#settings,
      session: this.#session,
      prepare: async () => (this.#keys.isLoaded ? undefined : this.#keys.load()),
      onFresh: () => this.#becomeFresh(),
    })
    this.#running = this.#feed.run(this.#closing.signal)
  }

  async verify(token: string | undefined, wanted?: Wanted): Promise<Verification> {
    const required = readRequired(wanted)
    if (token === undefined || token === '') return refuse('missing_token', required)
    try {
      const known = this.#tokens.get(token)
      const isKnown = known !== undefined && this.#keys.has(known.lineage.kids)
      return this.#judge(isKnown ? known : await this.#read(token), required)
    } catch (error) {
      this.#settings.report(error)
      return refuse('not_ready', required)
    }
  }

  async ready({ timeout, signal }: ReadyOptions = {}): Promise<void> {
    const closing = this.#closing.signal
    await becomeReady((ending) => this.#whenReady(ending), {
      ...(timeout === undefined ? {} : { timeout }),
      signal: signal === undefined ? closing : AbortSignal.any([signal, closing]),
      surroundings: this.#surroundings,
    })
  }

  async close(): Promise<void> {
    this.#closing.abort(new AgentWritError('the verifier is closed'))
    this.#tokens.clear()
    await this.#running
    await this.#session
      .end({ maxRetries: 0, timeout: longestFarewell })
      .catch(this.#settings.report)
  }

  get #isReady(): boolean {
    return !this.#closing.signal.aborted && this.#keys.isLoaded && this.#feed.isFresh
  }

  /** In one turn with what is done with the result. */
  #judge(known: SignedToken | RefusalReason, required: readonly string[]): Verification {
    if (!this.#isReady) return refuse('not_ready', required)
    if (typeof known === 'string') return refuse(known, required)
    const { claims, lineage } = known
    const reason = findRefusal(claims, this.#settings, this.#now())
    if (reason !== undefined) return refuse(reason, required)
    if (!this.#keys.has(lineage.kids)) return refuse('invalid_token', required)
    return this.#feed.isDead(lineage) ? refuse('token_revoked', required) : decide(claims, required)
  }

  async #read(token: string): Promise<SignedToken | RefusalReason> {
    if (!this.#isReady) return 'not_ready'
    const unverified = readUnverified(token)
    if (unverified === undefined) return 'invalid_token'
    const refusal = findRefusal(unverified.claims, this.#settings, this.#now())
    if (refusal !== undefined) return refusal
    const signed = await this.#verifySignatures(unverified)
    if (signed !== undefined) this.#tokens.set(token, signed)
    return signed ?? 'invalid_token'
  }

  async #verifySignatures(unverified: UnverifiedToken): Promise<SignedToken | undefined> {
    if (this.#readings >= mostReadings)
      throw new AgentWritError('too many tokens are being read at once')
    this.#readings += 1
    try {
      return await verifySignatures(unverified, this.#keys)
    } finally {
      this.#readings -= 1
    }
  }

  /** A clock that is behind the broker's makes nothing live longer. */
  #now(): number {
    return Math.max(this.#ownTime(), this.#feed.asOf)
  }

  #ownTime(): number {
    this.#latest = Math.max(this.#latest, this.#surroundings.now())
    return this.#latest
  }

  async #whenReady(ending: AbortSignal): Promise<void> {
    while (!this.#isReady) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.add(resolve)
        const giveUp = () => {
          this.#waiting.delete(resolve)
          reject(this.#lastError ?? ending.reason)
        }
        if (ending.aborted) giveUp()
        else ending.addEventListener('abort', giveUp, { once: true })
      })
    }
  }

  #report({ report }: Settings, error: unknown): void {
    this.#lastError = error
    report(error)
  }

  #becomeFresh(): void {
    for (const resume of this.#waiting) resume()
    this.#waiting.clear()
    this.#keys.renew()
    const now = this.#ownTime()
    if (now - this.#sweptAt < sweepPause) return
    this.#sweptAt = now
    this.#feed.forgetExpired(now)
    this.#tokens.deleteWhere(({ claims }) => claims.exp * 1000 <= now)
  }
}
