import type { Broker } from './broker.ts'
import {
  AgentLostError,
  AgentReleasedError,
  AgentWritError,
  AuthenticationError,
  ProblemError,
} from './errors.ts'
import { longestTimeout } from './options.ts'
import type { CallOptions, RenewalOptions } from './options.ts'
import { releaseToken } from './release-token.ts'
import { RenewableToken } from './renewable-token.ts'
import type { IssuedToken } from './renewable-token.ts'
import { requireList } from './require-list.ts'
import { untilAborted } from './until-aborted.ts'

// Even a broker whose tokens are born dead is not asked without a pause.
const shortestPause = 250

/**
 * The one live token of an agent's session.
 * Laws: one renewal at a time, whoever asks; nobody is refused the token because its renewal has failed, as long as it
 * lives; after a release, or the loss of a renewal, there is no token.
 */
export class TokenKeeper {
  readonly #broker: Broker
  readonly #token: RenewableToken
  #renewal: Promise<void> | undefined
  #lastFailure: Error | undefined
  #isEnding = false
  #isReleased = false
  #cancelTimer: (() => void) | undefined

  constructor(broker: Broker, token: IssuedToken) {
    this.#broker = broker
    this.#token = new RenewableToken(broker, token)
  }

  get scope(): readonly string[] {
    return this.#token.scope
  }

  get expiresAt(): Date {
    return new Date(this.#token.schedule.expiresAt)
  }

  /** The token, renewed first when that is due. The signal ends the waiting alone: others may wait for the same renewal. */
  async token({ signal, ...options }: CallOptions = {}): Promise<string> {
    signal?.throwIfAborted()
    this.requireLive()
    if (this.#renewal !== undefined || (this.#token.schedule.isDue && !this.#isEnding))
      await untilAborted(this.#tryToRenew(options), signal)
    this.requireLive()
    if (this.#token.schedule.hasEnded)
      throw this.#lastFailure ?? new AgentWritError('the token of the agent has ended')
    return this.#token.text
  }

  /** Does something with the token, and again with its successor when it was renewed meanwhile: a 401 has changed nothing. */
  async use<Result>(
    work: (token: string) => Promise<Result>,
    options: CallOptions = {},
  ): Promise<Result> {
    const token = await this.token(options)
    try {
      return await work(token)
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error
      const successor = await this.successorOf(token, options)
      if (successor === undefined) throw error
      return work(successor)
    }
  }

  /** What a token was renewed to, for whoever was refused with it; undefined if it still is the one. */
  async successorOf(token: string, options: CallOptions = {}): Promise<string | undefined> {
    // The refusal may be the only trace of a renewal that was carried out and never answered.
    if (this.#token.text === token && this.#token.isUnanswered)
      await untilAborted(this.#tryToRenew({}), options.signal)
    const current = await this.token(options)
    return current === token ? undefined : current
  }

  /** The signal ends the waiting alone: a renewal that is cancelled half way may have been carried out. */
  async renew({ signal, ...options }: RenewalOptions): Promise<void> {
    if (options.scope !== undefined) requireList(options.scope, 'scope')
    signal?.throwIfAborted()
    this.requireLive()
    // A renewal under way may leave more than this one asks for.
    while (options.scope !== undefined && this.#renewal !== undefined)
      await untilAborted(Promise.allSettled([this.#renewal]), signal)
    this.requireLive()
    if (this.#isEnding) throw new AgentReleasedError('the agent is being released')
    this.#renewal ??= this.#renewAndRemember(options).finally(() => {
      this.#renewal = undefined
    })
    await untilAborted(this.#renewal, signal)
  }

  /** Renews by itself from now on, until the token has ended or is given back. */
  renewByTimer(): void {
    const { now, wakeAfter } = this.#broker.transport.surroundings
    const pause = Math.max(this.#token.schedule.nextAttempt - now(), shortestPause)
    this.#cancelTimer = wakeAfter(Math.min(pause, longestTimeout), () => void this.#renewOnTime())
  }

  /** Whether it was this call that gave the token back. */
  async release(options: CallOptions | undefined): Promise<boolean> {
    this.#isEnding = true
    this.#cancelTimer?.()
    try {
      // Whatever became of a renewal, the session is to end, and with our broker either token ends it.
      await untilAborted(Promise.allSettled([this.#renewal]), options?.signal)
      if (this.#isReleased) return false
      await releaseToken(this.#broker, this.#toRelease(), options)
      this.#isReleased = true
      return true
    } finally {
      this.#isEnding = false
    }
  }

  /** Throws when there is no token to be had. */
  requireLive(): void {
    if (this.#isReleased) throw new AgentReleasedError('the agent was released')
    if (this.#token.isLost) throw new AgentLostError('a renewal of this agent was never answered')
  }

  #toRelease() {
    const { text: token, isUnanswered, schedule } = this.#token
    // Behind a renewal without an answer, a successor may live on.
    return isUnanswered ? { token } : { token, expiresAt: schedule.expiresAt }
  }

  async #renewOnTime(): Promise<void> {
    try {
      await this.token()
      if (!this.#isEnding && !this.#isReleased) this.renewByTimer()
    } catch (error) {
      if (this.#isReleased) return
      const { logger } = this.#broker.transport
      logger.error('the token of an agent has ended: it is not renewed any more', { error })
    }
  }

  /** Renews, or waits for whoever does; a failure shows in the state alone. */
  #tryToRenew(options: CallOptions): Promise<void> {
    return (this.#renewal ?? this.renew(options)).catch(() => undefined)
  }

  async #renewAndRemember(options: RenewalOptions): Promise<void> {
    try {
      await this.#token.renew(options)
      this.#lastFailure = undefined
    } catch (error) {
      const { isUnanswered, schedule } = this.#token
      if (error instanceof Error) this.#lastFailure = error
      const retryAfter = error instanceof ProblemError ? error.retryAfter : undefined
      schedule.rest({ isUnanswered, retryAfter })
      const { logger } = this.#broker.transport
      logger.warn('a renewal has failed', { error, isUnanswered, expiresAt: this.expiresAt })
      throw error
    }
  }
}
