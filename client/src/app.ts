import { Agent } from './agent.ts'
import { toBroker } from './broker.ts'
import type { Broker, BrokerOrUrl } from './broker.ts'
import type { CallOptions } from './options.ts'
import { requireList } from './require-list.ts'
import { StandingSession } from './standing-session.ts'
import { Supervisor } from './supervisor.ts'

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
 *   orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'], ttl: 120,
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
  readonly ttl?: number
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
export class App extends Supervisor {
  readonly clientId: string
  readonly #broker: Broker

  private constructor(broker: Broker, clientId: string, clientSecret: string) {
    const credentials = { client_id: clientId, client_secret: clientSecret }
    const session = new StandingSession(broker, 'the app', (options) =>
      broker.signInApp(credentials, options),
    )
    super(broker, session, '/v1/app/launch-tokens')
    this.clientId = clientId
    this.#broker = broker
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
   * Starts an agent in this process: a launch token for this orchestration, task and scope alone, and the registration of
   * a fresh key with it. An `AuthorizationError` with `forbidden` when the ceiling of the app does not cover the scope, or
   * the task is revoked; otherwise as `Agent.register`.
   *
   * @example
   * ```ts
   * await using agent = await app.createAgent({
   *   orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'], ttl: 120,
   * })
   * console.log(agent.agentId)
   * ```
   */
  async createAgent(wanted: WantedAgent, options?: CallOptions): Promise<Agent> {
    const { orchId, taskId, scope, ttl, agentName = `${orchId}/${taskId}` } = wanted
    const made = await this.createLaunchToken(
      {
        agent_name: agentName,
        allowed_scope: requireList(scope, 'scope'),
        ...(ttl === undefined ? {} : { max_ttl: ttl }),
        orch_id: orchId,
        task_id: taskId,
      },
      options,
    )
    const task = { launchToken: made.launch_token, orchId, taskId, scope }
    return Agent.register({ broker: this.#broker, ...task }, options)
  }

  /** What may be logged of an app. */
  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), clientId: this.clientId }
  }
}
