import type { Broker } from './broker.ts'
import { AgentReleasedError, AuthenticationError } from './errors.ts'
import type { Answer, Call, OpenAnswer } from './exchange.ts'
import type { CallOptions } from './options.ts'
import { releaseToken } from './release-token.ts'
import type { RetryRule } from './retry.ts'
import { untilAborted } from './until-aborted.ts'

interface SignedIn {
  readonly access_token: string
  readonly expires_in: number
}

type SignIn = (options?: CallOptions) => Promise<SignedIn>

interface Session {
  readonly token: string
  /** Milliseconds since the epoch, as is `expiresAt`. */
  readonly renewAt: number
  readonly expiresAt: number
}

// A token is replaced this long before its end, or after half its life, whichever is later.
const longestMargin = 60_000
// When that fails, it is tried again so much later.
const rest = 5_000

/**
 * The sign-in of an operator or an app that stands for as long as it is used: its token is bought anew shortly before it
 * ends, or once it was revoked, once for all who ask. Secret and token stay in here.
 */
export class StandingSession {
  readonly #broker: Broker
  readonly #who: string
  #signIn: SignIn | undefined
  #session: Session | undefined
  #signingIn: Promise<Session> | undefined

  /** `who` names the principal in errors; `signIn` holds the secret. */
  constructor(broker: Broker, who: string, signIn: SignIn) {
    this.#broker = broker
    this.#who = who
    this.#signIn = signIn
  }

  get isOpen(): boolean {
    return this.#signIn !== undefined
  }

  /** The signal ends the waiting alone: others may wait for the same sign-in. */
  async token({ signal, ...options }: CallOptions = {}): Promise<string> {
    signal?.throwIfAborted()
    if (this.#signIn === undefined) throw new AgentReleasedError(`${this.#who} has signed out`)
    const { now } = this.#broker.transport.surroundings
    if (this.#session !== undefined && now() < this.#session.renewAt) return this.#session.token
    this.#signingIn ??= this.#signInAnew(this.#signIn, options).finally(() => {
      this.#signingIn = undefined
    })
    return (await untilAborted(this.#signingIn, signal)).token
  }

  /** Sends a call under the current token. */
  send(
    call: Omit<Call, 'bearer'>,
    rule: RetryRule,
    options: CallOptions | undefined,
  ): Promise<Answer> {
    const { transport } = this.#broker
    return this.#use(options, (bearer) => transport.send({ ...call, bearer }, rule, options))
  }

  /** Opens a stream of events under the current token. */
  open(call: Omit<Call, 'bearer'>, options: CallOptions): Promise<OpenAnswer> {
    const { transport } = this.#broker
    return this.#use(options, (bearer) => transport.open({ ...call, bearer }, options))
  }

  /** Forgets the secret and releases the token; one whose release has failed is released when this is called again. */
  async end(options: CallOptions | undefined): Promise<void> {
    this.#signIn = undefined
    await untilAborted(Promise.allSettled([this.#signingIn]), options?.signal)
    const session = this.#session
    if (session === undefined) return
    await releaseToken(this.#broker, session, options)
    this.#session = undefined
  }

  /** Works under the current token; under a fresh one if the broker has ended the session before its time. */
  async #use<Result>(
    options: CallOptions | undefined,
    work: (bearer: string) => Promise<Result>,
  ): Promise<Result> {
    const bearer = await this.token(options)
    try {
      return await work(bearer)
    } catch (error) {
      // A 401 has changed nothing. Whoever revoked the session and not the secret wants the next sign-in to succeed.
      if (!(error instanceof AuthenticationError)) throw error
      if (this.#session?.token === bearer) this.#session = undefined
      return work(await this.token(options))
    }
  }

  async #signInAnew(signIn: SignIn, options: CallOptions): Promise<Session> {
    const { surroundings, logger } = this.#broker.transport
    try {
      const { access_token: token, expires_in } = await signIn(options)
      const lifetime = expires_in * 1000
      const expiresAt = surroundings.now() + lifetime
      const renewAt = expiresAt - Math.min(longestMargin, lifetime / 2)
      this.#session = { token, renewAt, expiresAt }
    } catch (error) {
      const now = surroundings.now()
      if (this.#session === undefined || now >= this.#session.expiresAt) throw error
      logger.warn('a sign-in has failed: the token at hand lives on for a while', { error })
      this.#session = { ...this.#session, renewAt: now + rest }
    }
    return this.#session
  }
}
