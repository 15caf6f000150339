/**
 * How an agent behaves beside its task. Given to an app, the options are those of all its agents.
 *
 * @example
 * ```ts
 * const options: AgentOptions = { allowedOrigins: ['https://records.internal'], autoRenew: true }
 * const app = await App.signIn({ broker, clientId, clientSecret, ...options })
 * ```
 */
export interface AgentOptions {
  /**
   * Whom `agent.fetch` may send the token: origins such as `https://records.internal` or `http://127.0.0.1:9000`, each
   * exactly; none by default. Plain http only on the loopback interface.
   */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Lets `allowedOrigins` hold plain http beyond the loopback interface: whoever is on the way reads the token. */
  readonly dangerouslyAllowHttp?: boolean | undefined
  /**
   * Sends the requests of `agent.fetch`, and must obey `redirect: 'manual'`: an answer it was redirected to is refused.
   * Default: the `fetch` that is global by then.
   */
  readonly fetch?: typeof fetch | undefined
  /**
   * Renews by a timer too, for a token that is held elsewhere; the timer keeps no process alive. Without it, the token is
   * renewed when somebody asks for it and little of its life is left.
   */
  readonly autoRenew?: boolean | undefined
  /** Told when the end of a block, or of `withAgent`, could not give the token back; it then ends by itself. */
  readonly onReleaseError?: ((error: unknown) => void | Promise<void>) | undefined
}

/** The options alone, of an object that may hold more; what it leaves open is as in `defaults`. */
export function toAgentOptions(given: AgentOptions, defaults: AgentOptions = {}): AgentOptions {
  return {
    // What is named later is not named.
    allowedOrigins: (given.allowedOrigins ?? defaults.allowedOrigins)?.slice(),
    dangerouslyAllowHttp: given.dangerouslyAllowHttp ?? defaults.dangerouslyAllowHttp,
    fetch: given.fetch ?? defaults.fetch,
    autoRenew: given.autoRenew ?? defaults.autoRenew,
    onReleaseError: given.onReleaseError ?? defaults.onReleaseError,
  }
}
