import type {
  CreateLaunchTokenRequest,
  CreateLaunchTokenResponse,
  LaunchTokenInfo,
} from '@agentwrit/protocol'
import { Agent } from './agent.ts'
import { toBroker } from './broker.ts'
import type { Broker, BrokerOrUrl } from './broker.ts'
import { onDispose } from './dispose.ts'
import type { Answered } from './document.ts'
import { LaunchTokens } from './launch-tokens.ts'
import type { CallOptions } from './options.ts'
import type { ListOptions } from './pages.ts'
import { StandingSession } from './standing-session.ts'

/**
 * What an app signs in with; an operator gets it from `Operator.registerApp`.
 *
 * @example
 * ```ts
 * const credentials: AppCredentials = {
 *   broker: 'http://127.0.0.1:8080',
 *   clientId: process.env['AGENTWRIT_CLIENT_ID'] ?? '',
 *   clientSecret: process.env['AGENTWRIT_CLIENT_SECRET'] ?? '',
 * }
 * ```
 */
export interface AppCredentials {
  readonly broker: BrokerOrUrl
  readonly clientId: string
  readonly clientSecret: string
}

/**
 * The agent that an app wants to start.
 *
 * @example
 * ```ts
 * const wanted: WantedAgent = {
 *   orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'], maxTtl: 120,
 * }
 * ```
 */
export interface WantedAgent {
  /** Who runs the work. */
  readonly orchId: string
  /** The piece of work; revoking the task ends the agent. */
  readonly taskId: string
  /** What the agent needs, and no more: within the ceiling of the app. */
  readonly scope: readonly string[]
  /** Longest life of its tokens, in seconds; by default the broker's `AA_DEFAULT_TTL`. */
  readonly maxTtl?: number
  /** What lists and audit show; by default `<orchId>/<taskId>`. */
  readonly agentName?: string
}

/**
 * A program that starts agents, within the ceiling that an operator gave it. The secret and the short-lived token it buys
 * stay in memory; the token is bought anew a minute before it ends.
 *
 * @example
 * ```ts
 * await using app = await App.signIn({ broker: 'http://127.0.0.1:8080', clientId, clientSecret })
 * await using agent = await app.createAgent({
 *   orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'],
 * })
 * ```
 */
export class App {
  readonly clientId: string
  /** Signs out at the end of an `await using` block; never throws over the error of the block. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>

  readonly #broker: Broker
  readonly #session: StandingSession
  readonly #launchTokens: LaunchTokens

  static {
    onDispose(this, (app) => app.signOut())
  }

  private constructor(broker: Broker, clientId: string, clientSecret: string) {
    this.clientId = clientId
    this.#broker = broker
    const credentials = { client_id: clientId, client_secret: clientSecret }
    this.#session = new StandingSession(broker, 'the app', (options) =>
      broker.signInApp(credentials, options),
    )
    this.#launchTokens = new LaunchTokens(this.#session, '/v1/app/launch-tokens')
  }

  /**
   * Signs in. An unknown id, a wrong secret and a deregistered app are one and the same `AuthenticationError`; too many
   * attempts are a `RateLimitError`.
   *
   * @example
   * ```ts
   * const app = await App.signIn({ broker, clientId, clientSecret })
   * ```
   */
  static async signIn(
    { broker, clientId, clientSecret }: AppCredentials,
    options?: CallOptions,
  ): Promise<App> {
    const app = new App(toBroker(broker), clientId, clientSecret)
    await app.token(options)
    return app
  }

  /**
   * The current token, signed in for anew if it has less than a minute left, or less than half its life. An
   * `AgentReleasedError` once the app has signed out.
   *
   * @example
   * ```ts
   * const { valid } = await broker.validate(await app.token())
   * ```
   */
  token(options?: CallOptions): Promise<string> {
    return this.#session.token(options)
  }

  /**
   * Starts an agent in this process: a launch token for this orchestration, task and scope alone, and the registration of
   * a fresh key with it. An `AuthorizationError` with `forbidden` when the ceiling of the app does not cover the scope, or
   * the task is revoked; otherwise as `Agent.register`.
   *
   * @example
   * ```ts
   * await using agent = await app.createAgent({
   *   orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'], maxTtl: 120,
   * })
   * console.log(agent.agentId)
   * ```
   */
  async createAgent(wanted: WantedAgent, options?: CallOptions): Promise<Agent> {
    const { orchId, taskId, scope, maxTtl, agentName = `${orchId}/${taskId}` } = wanted
    const made = await this.createLaunchToken(
      {
        agent_name: agentName,
        allowed_scope: [...scope],
        ...(maxTtl === undefined ? {} : { max_ttl: maxTtl }),
        orch_id: orchId,
        task_id: taskId,
      },
      options,
    )
    const task = { launchToken: made.launch_token, orchId, taskId, scope }
    return Agent.register({ broker: this.#broker, ...task }, options)
  }

  /**
   * Makes a launch token for an agent that runs elsewhere. This is the only time that it can be seen. `ttl` and `max_ttl`
   * are seconds, by default 30 and the broker's `AA_DEFAULT_TTL`. An `AuthorizationError` with `forbidden` when the ceiling
   * of the app does not cover the scope. Repeated only if the connection was never made.
   *
   * @example
   * ```ts
   * const { launch_token, expires_at } = await app.createLaunchToken({
   *   agent_name: 'monthly-report', allowed_scope: ['read:sales:2026-10'], task_id: 'monthly',
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
   * The app's own launch tokens that can still be used, newest first, without their secrets. Pages are fetched as you go.
   *
   * @example
   * ```ts
   * for await (const { id, agent_name } of app.listLaunchTokens()) console.log(id, agent_name)
   * ```
   */
  listLaunchTokens(options: ListOptions = {}): AsyncGenerator<LaunchTokenInfo, void, undefined> {
    return this.#launchTokens.list(options)
  }

  /**
   * Ends a launch token of the app that nobody has used yet. A `NotFoundError` if it is used, expired, unknown or
   * somebody else's.
   *
   * @example
   * ```ts
   * const { id } = await app.createLaunchToken({ agent_name: 'report', allowed_scope: ['read:sales:2026-10'] })
   * await app.deleteLaunchToken(id)
   * ```
   */
  deleteLaunchToken(id: string, options?: CallOptions): Promise<void> {
    return this.#launchTokens.delete(id, options)
  }

  /**
   * Releases the app's token and forgets its secret; agents live on. Signing out twice is no error.
   *
   * @example
   * ```ts
   * await app.signOut()
   * ```
   */
  signOut(options?: CallOptions): Promise<void> {
    return this.#session.end(options)
  }

  /** What may be logged of an app. */
  toJSON(): Readonly<Record<string, unknown>> {
    return {
      broker: this.#broker.url,
      clientId: this.clientId,
      signedIn: this.#session.isOpen,
    }
  }
}
