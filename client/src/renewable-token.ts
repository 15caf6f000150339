import type { TokenResponse } from '@agentwrit/protocol'
import type { Broker } from './broker.ts'
import {
  AgentLostError,
  AgentWritError,
  AuthenticationError,
  ProblemError,
  TransportError,
} from './errors.ts'
import { makeIdempotencyKey } from './idempotency-key.ts'
import type { CallOptions, RenewalOptions } from './options.ts'
import { RenewalSchedule } from './renewal-schedule.ts'

/** A renewal by the name under which it can be asked for again. */
interface NamedRenewal {
  readonly idempotencyKey: string
  readonly scope?: readonly string[]
}

/** A token as the broker has given it out. */
export interface IssuedToken {
  readonly token: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  /** Milliseconds, from its issue on. */
  readonly lifetime: number
  readonly scope: readonly string[]
}

/**
 * A token and how its successor is got. Law: a renewal that may have been carried out is asked for under its own name or
 * not at all. Takes one renewal at a time.
 */
export class RenewableToken {
  readonly schedule: RenewalSchedule
  readonly #broker: Broker
  #isLost = false
  #text: string
  #scope: readonly string[]
  /** Sent, perhaps carried out, and not answered yet. */
  #unanswered: NamedRenewal | undefined

  constructor(broker: Broker, { token, scope, ...life }: IssuedToken) {
    this.#broker = broker
    this.#text = token
    this.#scope = Object.freeze([...scope])
    this.schedule = new RenewalSchedule(broker.transport.surroundings)
    this.schedule.begin(life)
  }

  get text(): string {
    return this.#text
  }

  get scope(): readonly string[] {
    return this.#scope
  }

  /** Whether nobody here knows which token is alive, and nobody ever will. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Whether the broker may have replaced the token already. */
  get isUnanswered(): boolean {
    return this.#unanswered !== undefined
  }

  async renew({ scope, ...options }: RenewalOptions): Promise<void> {
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
      this.#take(await this.#broker.renew(this.#text, { ...options, ...renewal }))
      this.#scope = renewal.scope ?? this.#scope
      this.#unanswered = undefined
    } catch (error) {
      if (!isFinal(error)) throw error
      this.#unanswered = undefined
      if (!isRepeat || !(error instanceof AuthenticationError)) throw error
      // The first attempt was kept, its answer is lost, and it is too late to ask again. A renewal under another name
      // would look like a thief's.
      this.#isLost = true
      throw new AgentLostError('the renewal was sent and never answered', { cause: error })
    }
  }

  async #renewOnce(options: CallOptions): Promise<void> {
    try {
      this.#take(await this.#broker.renew(this.#text, options))
    } catch (cause) {
      if (isRefusal(cause)) throw cause
      this.#isLost = true
      throw new AgentLostError('the renewal was sent and never answered', { cause })
    }
  }

  #take({ access_token: text, expires_in }: TokenResponse): void {
    const lifetime = expires_in * 1000
    this.#text = text
    this.schedule.begin({
      expiresAt: this.#broker.transport.surroundings.now() + lifetime,
      lifetime,
    })
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
