import type {
  AppInfo,
  AppList,
  CreateLaunchTokenRequest,
  CreateLaunchTokenResponse,
  DeregisterAppResponse,
  LaunchTokenInfo,
  RegisterAppRequest,
  RegisterAppResponse,
  RotateAppSecretRequest,
  RotateAppSecretResponse,
  UpdateAppRequest,
} from '@agentwrit/protocol'
import { toBroker } from './broker.ts'
import type { Broker, BrokerOrUrl } from './broker.ts'
import { onDispose } from './dispose.ts'
import { documentOf, readDocument } from './document.ts'
import type { Answered } from './document.ts'
import { LaunchTokens } from './launch-tokens.ts'
import type { CallOptions } from './options.ts'
import { readPages } from './pages.ts'
import type { ListOptions } from './pages.ts'
import { StandingSession } from './standing-session.ts'

const isApp = documentOf<AppInfo>({ app_id: 'string', client_id: 'string' })
const isRegistered = documentOf<RegisterAppResponse>({
  app_id: 'string',
  client_id: 'string',
  client_secret: 'string',
})
const isRotated = documentOf<RotateAppSecretResponse>({
  app_id: 'string',
  client_id: 'string',
  client_secret: 'string',
})
const isDeregistered = documentOf<DeregisterAppResponse>({
  app_id: 'string',
  status: 'string',
})
const isPage = documentOf<AppList>({ apps: 'object' })

const appsPath = '/v1/admin/apps'

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
  readonly #session: StandingSession
  readonly #launchTokens: LaunchTokens

  static {
    onDispose(this, (operator) => operator.signOut())
  }

  private constructor(broker: Broker, signIn: Omit<SignIn, 'broker'>) {
    this.#broker = broker
    this.#session = new StandingSession(broker, 'the operator', (options) =>
      broker.signIn(signIn, options),
    )
    this.#launchTokens = new LaunchTokens(this.#session, '/v1/admin/launch-tokens')
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
  token(options?: CallOptions): Promise<string> {
    return this.#session.token(options)
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
  createLaunchToken(
    request: CreateLaunchTokenRequest,
    options?: CallOptions,
  ): Promise<Answered<CreateLaunchTokenResponse>> {
    return this.#launchTokens.create(request, options)
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
  listLaunchTokens(options: ListOptions = {}): AsyncGenerator<LaunchTokenInfo, void, undefined> {
    return this.#launchTokens.list(options)
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
  deleteLaunchToken(id: string, options?: CallOptions): Promise<void> {
    return this.#launchTokens.delete(id, options)
  }

  /**
   * Registers an app: a program that may start agents within `scopes`, its ceiling. This is the only time that its secret
   * can be seen. `token_ttl` is seconds; with `role: 'verifier'` the app has no scopes and follows revocations alone.
   * Refused with 400 `invalid_request` or `invalid_ttl`, and 409 `conflict` when any app ever had this name. Repeated only
   * if the connection was never made.
   *
   * @example
   * ```ts
   * const { client_id, client_secret } = await operator.registerApp({
   *   name: 'monthly-reports', scopes: ['read:sales:*'],
   * })
   * const app = await App.signIn({ broker, clientId: client_id, clientSecret: client_secret })
   * ```
   */
  async registerApp(
    request: RegisterAppRequest,
    options?: CallOptions,
  ): Promise<Answered<RegisterAppResponse>> {
    const call = { method: 'POST', path: appsPath, body: request } as const
    return readDocument(await this.#session.send(call, 'unsent', options), isRegistered)
  }

  /**
   * All apps, inactive ones too, newest first. Pages are fetched as you go.
   *
   * @example
   * ```ts
   * for await (const { app_id, name, status } of operator.listApps()) console.log(app_id, name, status)
   * ```
   */
  async *listApps({ pageSize = 100, ...options }: ListOptions = {}): AsyncGenerator<
    AppInfo,
    void,
    undefined
  > {
    // Counting them all for each page would be for nobody.
    const list = { path: appsPath, isPage, query: { total: 'false' } }
    const pages = readPages(this.#session, list, { pageSize, ...options })
    for await (const { apps } of pages) yield* apps
  }

  /**
   * One app, without its secret; a `NotFoundError` if there never was one of this id.
   *
   * @example
   * ```ts
   * const { scopes, status } = await operator.getApp('app-monthly-reports-0a1b2c')
   * ```
   */
  async getApp(appId: string, options?: CallOptions): Promise<Answered<AppInfo>> {
    const call = { method: 'GET', path: pathOf(appId) } as const
    return readDocument(await this.#session.send(call, 'safe', options), isApp)
  }

  /**
   * Replaces what is given, all or nothing. A narrowed ceiling counts from the next launch token, registration and renewal
   * on; tokens that are live stay until they end. Empty `scopes` count as absent. Repeated only if the connection was
   * never made.
   *
   * @example
   * ```ts
   * await operator.updateApp('app-monthly-reports-0a1b2c', { scopes: ['read:sales:2026-10'] })
   * ```
   */
  async updateApp(
    appId: string,
    request: UpdateAppRequest,
    options?: CallOptions,
  ): Promise<Answered<AppInfo>> {
    const call = { method: 'PUT', path: pathOf(appId), body: request } as const
    return readDocument(await this.#session.send(call, 'unsent', options), isApp)
  }

  /**
   * Deregisters an app for good: its tokens, launch tokens and agents are dead when this resolves, with all that they
   * delegated. Doing so twice is no error.
   *
   * @example
   * ```ts
   * const { deregistered_at } = await operator.removeApp('app-monthly-reports-0a1b2c')
   * ```
   */
  async removeApp(appId: string, options?: CallOptions): Promise<Answered<DeregisterAppResponse>> {
    const call = { method: 'DELETE', path: pathOf(appId) } as const
    return readDocument(await this.#session.send(call, 'safe', options), isDeregistered)
  }

  /**
   * Gives an app a fresh secret, which can be seen only now. The previous one works for ten more minutes, or with
   * `immediate` no longer; live tokens stay. 409 `conflict` for an inactive app. Repeated only if the connection was never
   * made.
   *
   * @example
   * ```ts
   * const { client_secret } = await operator.rotateAppSecret('app-monthly-reports-0a1b2c', { immediate: true })
   * ```
   */
  async rotateAppSecret(
    appId: string,
    request: RotateAppSecretRequest = {},
    options?: CallOptions,
  ): Promise<Answered<RotateAppSecretResponse>> {
    const call = { method: 'POST', path: `${pathOf(appId)}/secret`, body: request } as const
    return readDocument(await this.#session.send(call, 'unsent', options), isRotated)
  }

  /**
   * Releases the token and forgets the secret. Signing out twice is no error.
   *
   * @example
   * ```ts
   * await operator.signOut()
   * ```
   */
  signOut(options?: CallOptions): Promise<void> {
    return this.#session.end(options)
  }

  /** What may be logged of an operator. */
  toJSON(): Readonly<Record<string, unknown>> {
    return { broker: this.#broker.url, signedIn: this.#session.isOpen }
  }
}

function pathOf(appId: string): string {
  return `${appsPath}/${encodeURIComponent(appId)}`
}
