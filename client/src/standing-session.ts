import type { Broker } from './broker.ts'
import { AgentReleasedError, AuthenticationError } from './errors.ts'
import type { Answer, Call, OpenAnswer } from './exchange.ts'
import type { CallOptions } from './options.ts'
import type { RetryRule } from './retry.ts'

interface SignedIn {
  readonly access_token: string
  readonly expires_in: number
}

interface Session {
  readonly token: string
  readonly renewAt: number
}

// A token is replaced this long before its end, or after half its life, whichever is later.
const longestMargin = 60_000

/**
 * The sign-in of an operator or an app that stands for as long as it is used: its token is bought anew shortly before it
 * ends, or once it was revoked, once for all who ask. Secret and token stay in here.
 */
export class StandingSession {
  readonly #broker: Broker
  readonly #who: string
  #signIn: ((options?: CallOptions) => Promise<SignedIn>) | undefined
  #session: Session | undefined
  #signingIn: Promise<Session> | undefined

  /** `who` names the principal in errors; `signIn` holds the secret. */
  constructor(broker: Broker, who: string, signIn: (options?: CallOptions) => Promise<SignedIn>) {
    this.#broker = broker
    this.#who = who
    this.#signIn = signIn
  }

  get isOpen(): boolean {
    return this.#signIn !== undefined
  }

  async token(options?: CallOptions): Promise<string> {
    const { now } = this.#broker.transport.surroundings
    if (this.#session !== undefined && now() < this.#session.renewAt) return this.#session.token
    this.#signingIn ??= this.#signInAnew(options).finally(() => {
      this.#signingIn = undefined
    })
    this.#session = await this.#signingIn
    return this.#session.token
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

  /** Releases the token and forgets the secret. */
  async end(options: CallOptions | undefined): Promise<void> {
    const session = (await this.#signingIn?.catch(() => undefined)) ?? this.#session
    this.#signIn = undefined
    this.#session = undefined
    if (session !== undefined) await this.#broker.release(session.token, options)
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

  async #signInAnew(options: CallOptions | undefined): Promise<Session> {
    if (this.#signIn === undefined) throw new AgentReleasedError(`${this.#who} has signed out`)
    const { now } = this.#broker.transport.surroundings
    const { access_token: token, expires_in } = await this.#signIn(options)
    const lifetime = expires_in * 1000
    return { token, renewAt: now() + lifetime - Math.min(longestMargin, lifetime / 2) }
  }
}
