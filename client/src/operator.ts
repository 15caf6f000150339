import type {
  CreateLaunchTokenRequest,
  CreateLaunchTokenResponse,
  LaunchTokenInfo,
  LaunchTokenList,
} from '@agentwrit/protocol'
import { toBroker } from './broker.ts'
import type { Broker, BrokerOrUrl } from './broker.ts'
import { onDispose } from './dispose.ts'
import { documentOf, readDocument } from './document.ts'
import type { Answered } from './document.ts'
import { AgentReleasedError } from './errors.ts'
import type { CallOptions } from './options.ts'

const isCreated = documentOf<CreateLaunchTokenResponse>({ launch_token: 'string', id: 'string' })
const isList = documentOf<LaunchTokenList>({ launch_tokens: 'object' })

const path = '/v1/admin/launch-tokens'
// A token is replaced this long before its end, or after half its life, whichever is later.
const longestMargin = 60_000

/**
 * What an operator signs in with.
 *
 * @example
 * ```ts
 * const signIn: SignIn = { broker: 'http://127.0.0.1:8080', secret: process.env['AA_ADMIN_SECRET'] ?? '' }
 * ```
 */
export interface SignIn {
  readonly broker: BrokerOrUrl
  readonly secret: string
  /** A named account; without it, the secret is the broker's own admin secret. */
  readonly operator?: string
}

interface Session {
  readonly token: string
  readonly renewAt: number
}

/**
 * Somebody who runs the broker. The secret and the short-lived token it buys stay in memory; the token is bought anew
 * shortly before it ends.
 *
 * @example
 * ```ts
 * await using operator = await Operator.signIn({ broker: 'http://127.0.0.1:8080', secret })
 * const { launch_token } = await operator.createLaunchToken({
 *   agent_name: 'monthly-report', allowed_scope: ['read:sales:2026-10'],
 * })
 * ```
 */
export class Operator {
  /** Signs out at the end of an `await using` block; never throws over the error of the block. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>

  readonly #broker: Broker
  #signIn: Omit<SignIn, 'broker'> | undefined
  #session: Session | undefined
  #signingIn: Promise<Session> | undefined

  static {
    onDispose(this, (operator) => operator.signOut())
  }

  private constructor(broker: Broker, signIn: Omit<SignIn, 'broker'>) {
    this.#broker = broker
    this.#signIn = signIn
  }

  /**
   * Signs in. A wrong secret is an `AuthenticationError`, too many attempts are a `RateLimitError`.
   *
   * @example
   * ```ts
   * const operator = await Operator.signIn({ broker, secret })
   * ```
   */
  static async signIn({ broker, ...signIn }: SignIn, options?: CallOptions): Promise<Operator> {
    const operator = new Operator(toBroker(broker), signIn)
    await operator.token(options)
    return operator
  }

  /**
   * The current token, signed in for anew if it has less than a minute left, or less than half its life. An
   * `AgentReleasedError` once the operator has signed out.
   *
   * @example
   * ```ts
   * const { valid } = await broker.validate(await operator.token())
   * ```
   */
  async token(options?: CallOptions): Promise<string> {
    const { now } = this.#broker.transport.surroundings
    if (this.#session !== undefined && now() < this.#session.renewAt) return this.#session.token
    this.#signingIn ??= this.#open(options).finally(() => {
      this.#signingIn = undefined
    })
    this.#session = await this.#signingIn
    return this.#session.token
  }

  /**
   * Makes a launch token: the ticket with which one agent may register, for at most this scope. This is the only time
   * that it can be seen. `ttl` and `max_ttl` are seconds, by default 30 and the broker's `AA_DEFAULT_TTL`. Refused with 400
   * `invalid_request` when a member breaks its rule or a scope is reserved. Repeated only if the connection was never made.
   *
   * @example
   * ```ts
   * const { launch_token, expires_at } = await operator.createLaunchToken({
   *   agent_name: 'monthly-report', allowed_scope: ['read:sales:2026-10'], max_ttl: 120,
   * })
   * ```
   */
  async createLaunchToken(
    request: CreateLaunchTokenRequest,
    options?: CallOptions,
  ): Promise<Answered<CreateLaunchTokenResponse>> {
    const bearer = await this.token(options)
    const call = { method: 'POST', path, body: request, bearer } as const
    return readDocument(await this.#broker.transport.send(call, 'unsent', options), isCreated)
  }

  /**
   * The launch tokens that can still be used, newest first, without their secrets. Pages are fetched as you go;
   * `pageSize` is at most 1000.
   *
   * @example
   * ```ts
   * for await (const { id, agent_name } of operator.listLaunchTokens()) console.log(id, agent_name)
   * ```
   */
  async *listLaunchTokens({
    pageSize,
    ...options
  }: CallOptions & { readonly pageSize?: number } = {}): AsyncGenerator<
    LaunchTokenInfo,
    void,
    undefined
  > {
    const query = new URLSearchParams(pageSize === undefined ? {} : { limit: String(pageSize) })
    for (;;) {
      const bearer = await this.token(options)
      const call = {
        method: 'GET',
        path: query.size === 0 ? path : `${path}?${query.toString()}`,
        bearer,
      } as const
      const page = readDocument(await this.#broker.transport.send(call, 'safe', options), isList)
      yield* page.launch_tokens
      if (page.next_cursor === undefined) return
      query.set('cursor', page.next_cursor)
    }
  }

  /**
   * Ends a launch token that nobody has used yet; agents that it has made live on. A `NotFoundError` if it is used,
   * expired or unknown.
   *
   * @example
   * ```ts
   * for await (const { id, agent_name } of operator.listLaunchTokens()) {
   *   if (agent_name === 'monthly-report') await operator.deleteLaunchToken(id)
   * }
   * ```
   */
  async deleteLaunchToken(id: string, options?: CallOptions): Promise<void> {
    const bearer = await this.token(options)
    const call = { method: 'DELETE', path: `${path}/${encodeURIComponent(id)}`, bearer } as const
    await this.#broker.transport.send(call, 'unsent', options)
  }

  /**
   * Releases the token and forgets the secret. Signing out twice is no error.
   *
   * @example
   * ```ts
   * await operator.signOut()
   * ```
   */
  async signOut(options?: CallOptions): Promise<void> {
    const session = (await this.#signingIn?.catch(() => undefined)) ?? this.#session
    this.#signIn = undefined
    this.#session = undefined
    if (session !== undefined) await this.#broker.release(session.token, options)
  }

  /** What may be logged of an operator. */
  toJSON(): Readonly<Record<string, unknown>> {
    return { broker: this.#broker.url, signedIn: this.#signIn !== undefined }
  }

  async #open(options: CallOptions | undefined): Promise<Session> {
    if (this.#signIn === undefined) throw new AgentReleasedError('the operator has signed out')
    const { now } = this.#broker.transport.surroundings
    const { access_token: token, expires_in } = await this.#broker.signIn(this.#signIn, options)
    const lifetime = expires_in * 1000
    return { token, renewAt: now() + lifetime - Math.min(longestMargin, lifetime / 2) }
  }
}
