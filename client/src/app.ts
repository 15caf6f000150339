import { Agent } from './agent.ts'
import { toAgentOptions } from './agent-options.ts'
import type { AgentOptions } from './agent-options.ts'
import { requireOrigins } from './allowed-origins.ts'
import { requireCredentials } from './app-credentials.ts'
import type { Credentials } from './app-credentials.ts'
import type { Broker, BrokerOrUrl } from './broker.ts'
import { endQuietly } from './dispose.ts'
import type { CallOptions } from './options.ts'
import { requireList } from './require-list.ts'
import { StandingSession } from './standing-session.ts'
import { Supervisor } from './supervisor.ts'

/**
 * What an app signs in with; an operator gets it from `Operator.registerApp`. What is not given is read from the
 * environment. The options for agents are those of all agents that the app starts.
 *
 * @example
 * ```ts
 * const credentials: AppCredentials = {
 *   broker: 'http://127.0.0.1:8080', clientId, clientSecret, allowedOrigins: ['https://records.internal'],
 * }
 * ```
 */
export interface AppCredentials extends AgentOptions {
  /** By default `AGENTWRIT_BROKER_URL`. */
  readonly broker?: BrokerOrUrl
  /** By default `AGENTWRIT_CLIENT_ID`. */
  readonly clientId?: string
  /** By default `AGENTWRIT_CLIENT_SECRET`. */
  readonly clientSecret?: string
  /** Lets a program in a browser hold the secret: everybody who opens the page can then read it. */
  readonly dangerouslyAllowBrowser?: boolean
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
export interface WantedAgent extends AgentOptions {
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
  readonly #agentOptions: AgentOptions

  private constructor({ broker, clientId, clientSecret }: Credentials, options: AgentOptions) {
    const credentials = { client_id: clientId, client_secret: clientSecret }
    const session = new StandingSession(broker, 'the app', (signInOptions) =>
      broker.signInApp(credentials, signInOptions),
    )
    super(broker, session, '/v1/app/launch-tokens', options)
    this.clientId = clientId
    this.#broker = broker
    this.#agentOptions = options
  }

  /**
   * Signs in; without arguments, with what the environment holds. A TypeError names the variable that is missing, and
   * refuses a secret in a browser. An unknown id, a wrong secret and a deregistered app are one and the same
   * `AuthenticationError`; too many attempts are a `RateLimitError`.
   *
   * @example
   * ```ts
   * // AGENTWRIT_BROKER_URL, AGENTWRIT_CLIENT_ID and AGENTWRIT_CLIENT_SECRET
   * await using app = await App.signIn()
   * ```
   */
  static async signIn(given: AppCredentials = {}, options?: CallOptions): Promise<App> {
    const agentOptions = toAgentOptions(given)
    requireOrigins(agentOptions)
    const app = new App(requireCredentials(given), agentOptions)
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
    const agentOptions = toAgentOptions(wanted, this.#agentOptions)
    requireOrigins(agentOptions)
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
    return Agent.register({ broker: this.#broker, ...task, ...agentOptions }, options)
  }

  /**
   * Starts an agent, as `createAgent` does, works with it, and gives it back at the end whatever happens: resolves or
   * rejects with what the work does. A release that fails is logged, and told to `onReleaseError`.
   *
   * @example
   * ```ts
   * const wanted: WantedAgent = {
   *   orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'], allowedOrigins: ['https://sales.internal'],
   * }
   * const report = await app.withAgent(wanted, async (agent) => {
   *   const answer = await agent.fetch('https://sales.internal/2026-10')
   *   return answer.text()
   * })
   * ```
   */
  async withAgent<Result>(
    wanted: WantedAgent,
    work: (agent: Agent) => Result | Promise<Result>,
    options?: CallOptions,
  ): Promise<Result> {
    const agent = await this.createAgent(wanted, options)
    try {
      return await work(agent)
    } finally {
      const { onReleaseError } = toAgentOptions(wanted, this.#agentOptions)
      const { logger } = this.#broker.transport
      await endQuietly(() => agent.release(), { logger, onReleaseError })
    }
  }

  /** What may be logged of an app. */
  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), clientId: this.clientId }
  }
}
