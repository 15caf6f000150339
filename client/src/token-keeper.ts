import type { TokenResponse } from '@agentwrit/protocol'
import type { Broker } from './broker.ts'
import {
  AgentLostError,
  AgentReleasedError,
  AgentWritError,
  AuthenticationError,
  ProblemError,
  TransportError,
} from './errors.ts'
import { makeIdempotencyKey } from './idempotency-key.ts'
import type { CallOptions, RenewalOptions } from './options.ts'
import { releaseToken } from './release-token.ts'
import { requireList } from './require-list.ts'

/** A renewal by the name under which it can be asked for again. */
interface NamedRenewal {
  readonly idempotencyKey: string
  readonly scope?: readonly string[]
}

interface HeldToken {
  readonly token: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  readonly scope: readonly string[]
}

/**
 * The one live token of an agent's session.
 * Laws: one renewal at a time, whoever asks; a renewal that may have been carried out is asked for under its own name or
 * not at all; after a release, or the loss of a renewal, there is no token.
 */
export class TokenKeeper {
  readonly #broker: Broker
  #state: 'live' | 'released' | 'lost' = 'live'
  #token: string
  #expiresAt: number
  #scope: readonly string[]
  #renewal: Promise<void> | undefined
  /** Sent, perhaps carried out, and not answered yet. */
  #unanswered: NamedRenewal | undefined

  constructor(broker: Broker, { token, expiresAt, scope }: HeldToken) {
    this.#broker = broker
    this.#token = token
    this.#expiresAt = expiresAt
    this.#scope = Object.freeze([...scope])
  }

  get scope(): readonly string[] {
    return this.#scope
  }

  get expiresAt(): Date {
    return new Date(this.#expiresAt)
  }

  async token(): Promise<string> {
    await this.#renewal
    this.#requireLive()
    return this.#token
  }

  /** Does something with the token, and again with its successor when it was renewed meanwhile: a 401 has changed nothing. */
  async use<Result>(work: (token: string) => Promise<Result>): Promise<Result> {
    const token = await this.token()
    try {
      return await work(token)
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error
      const successor = await this.token()
      if (successor === token) throw error
      return work(successor)
    }
  }

  async renew(options: RenewalOptions): Promise<void> {
    if (options.scope !== undefined) requireList(options.scope, 'scope')
    this.#requireLive()
    options.signal?.throwIfAborted()
    // A renewal under way may leave more than this one asks for.
    while (options.scope !== undefined && this.#renewal !== undefined)
      await this.#renewal.catch(() => undefined)
    this.#requireLive()
    this.#renewal ??= this.#renewNow(options).finally(() => {
      this.#renewal = undefined
    })
    await this.#renewal
  }

  async release(options: CallOptions | undefined): Promise<void> {
    // Whatever became of a renewal, the session is to end, and with our broker either token ends it.
    await this.#renewal?.catch(() => undefined)
    if (this.#state === 'released') return
    await releaseToken(this.#broker, this.#token, options)
    this.#state = 'released'
  }

  async #renewNow({ scope, ...options }: RenewalOptions): Promise<void> {
    const unanswered = this.#unanswered
    if (unanswered !== undefined) {
      await this.#renewByName(unanswered, options)
      if (JSON.stringify(scope) === JSON.stringify(unanswered.scope)) return
    }
    const narrowed = scope === undefined ? {} : { scope: Object.freeze([...scope]) }
    if (await this.#canRepeat(options)) {
      const idempotencyKey = makeIdempotencyKey()
      await this.#renewByName({ idempotencyKey, ...narrowed }, options)
    } else if (scope === undefined) {
      await this.#renewOnce(options)
    } else {
      throw new AgentWritError('this broker cannot narrow the scope of a token')
    }
  }

  async #canRepeat(options: CallOptions): Promise<boolean> {
    try {
      return await this.#broker.supports('renew-idempotency', options)
    } catch (error) {
      // A proxy may keep the route to itself. Whatever else goes wrong, no renewal has been sent yet.
      if (error instanceof ProblemError && error.status < 500) return false
      throw error
    }
  }

  async #renewByName(renewal: NamedRenewal, options: CallOptions): Promise<void> {
    const isRepeat = this.#unanswered !== undefined
    this.#unanswered = renewal
    try {
      this.#take(await this.#broker.renew(this.#token, { ...options, ...renewal }))
      this.#scope = renewal.scope ?? this.#scope
      this.#unanswered = undefined
    } catch (error) {
      if (!isFinal(error)) throw error
      this.#unanswered = undefined
      if (!isRepeat || !(error instanceof AuthenticationError)) throw error
      // The first attempt was kept, its answer is lost, and it is too late to ask again. A renewal under another name
      // would look like a thief's.
      this.#state = 'lost'
      throw new AgentLostError('the renewal was sent and never answered', { cause: error })
    }
  }

  async #renewOnce(options: CallOptions): Promise<void> {
    try {
      this.#take(await this.#broker.renew(this.#token, options))
    } catch (cause) {
      if (isRefusal(cause)) throw cause
      this.#state = 'lost'
      throw new AgentLostError('the renewal was sent and never answered', { cause })
    }
  }

  #take(answer: TokenResponse): void {
    this.#token = answer.access_token
    this.#expiresAt = this.#broker.transport.surroundings.now() + answer.expires_in * 1000
  }

  #requireLive(): void {
    if (this.#state === 'released') throw new AgentReleasedError('the agent was released')
    if (this.#state === 'lost')
      throw new AgentLostError('a renewal of this agent was never answered')
  }
}

/** Whether the broker has said no for good: asking again would not help. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false
  return error.status < 500 && error.status !== 408 && error.status !== 429
}

/** Whether it is certain that a failed renewal has changed nothing. */
function isRefusal(error: unknown): boolean {
  if (error instanceof TransportError) return error.neverSent
  if (!(error instanceof ProblemError)) return false
  if (error.status < 500) return true
  return error.errorCode === 'service_unavailable' && error.hint === undefined
}
