import type { AgentKeyInfo, DelegationRecord } from '@agentwrit/protocol'
import { beginByAcceptance } from './acceptance.ts'
import type { Acceptance } from './acceptance.ts'
import type { AgentOptions } from './agent-options.ts'
import { BearerFetch } from './bearer-fetch.ts'
import type { Beginning } from './beginning.ts'
import type { Broker } from './broker.ts'
import { Delegation } from './delegation.ts'
import type { WantedDelegation } from './delegation.ts'
import { endQuietly, onDispose } from './dispose.ts'
import type { ReleaseReport } from './dispose.ts'
import type { Answered } from './document.ts'
import type { Logger } from './logger.ts'
import type { CallOptions, RenewalOptions } from './options.ts'
import { beginByProof } from './registration.ts'
import type { Registration } from './registration.ts'
import { requireList } from './require-list.ts'
import { requireScope } from './require-scope.ts'
import type { RequiredScope } from './scoped.ts'
import { TokenKeeper } from './token-keeper.ts'

/**
 * One agent at one task with one live token, its own (`register`) or one that was delegated to it (`accept`). Release it
 * when the work is done.
 *
 * @example
 * ```ts
 * await using agent = await Agent.register({
 *   broker: 'http://127.0.0.1:8080', launchToken, orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'],
 *   allowedOrigins: ['https://sales.internal'],
 * })
 * await agent.fetch('https://sales.internal/2026-10')
 * ```
 */
export class Agent {
  /** SPIFFE id, `spiffe://<trust domain>/agent/<orchestration>/<task>/<instance>`. */
  readonly agentId: string
  /** Of a delegated agent: the delegator's, as is `taskId`. */
  readonly orchId: string
  readonly taskId: string
  /** Releases the agent at the end of an `await using` block; never throws over the error of the block. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>

  readonly #broker: Broker
  readonly #chain: readonly DelegationRecord[]
  readonly #options: AgentOptions
  readonly #keeper: TokenKeeper
  readonly #bearer: BearerFetch

  static {
    onDispose(this, (agent) => endQuietly(() => agent.release(), agent.#report))
  }

  private constructor({ broker, identity, issued, options }: Beginning) {
    this.#broker = broker
    this.agentId = identity.agentId
    this.orchId = identity.orchId
    this.taskId = identity.taskId
    this.#chain = Object.freeze([...identity.chain])
    this.#options = options
    this.#keeper = new TokenKeeper(broker, issued)
    this.#bearer = new BearerFetch(this.#keeper, options)
    const { agentId } = this
    this.#logger.info('an agent begins', { agentId, expiresAt: this.expiresAt })
    if (options.autoRenew === true) this.#keeper.renewByTimer()
  }

  /**
   * Proves a fresh key to the broker and becomes an agent: asks for a nonce, signs it, registers. A refusal does not
   * use up the launch token. It is an `AuthenticationError` (launch token unknown, expired or used; proof too late), an
   * `AuthorizationError` (`scope_violation`: more than the launch token allows; `forbidden`: another task than it names, or
   * a revoked one) or a `ProblemError` with `invalid_request`; a runtime without Ed25519 is a `CryptoError`.
   *
   * @example
   * ```ts
   * const scope = ['read:sales:2026-10']
   * const agent = await Agent.register({ broker, launchToken, orchId: 'reports', taskId: 'monthly', scope })
   * console.log(agent.agentId, agent.expiresAt)
   * ```
   */
  static async register(registration: Registration, options?: CallOptions): Promise<Agent> {
    return new Agent(await beginByProof(registration, options))
  }

  /**
   * Takes over a token that another agent has delegated, after asking the broker what it is: the agent that it makes can
   * renew, delegate on and release as any other. From then on it alone may renew the token. An `InvalidTokenError` when the
   * token is dead, expired, no agent's, or not for `agentId`. Where the agent that it is for is at hand, use its `accept`.
   *
   * @example
   * ```ts
   * await using delegated = await Agent.accept({ broker, token, agentId: agent.agentId })
   * console.log(delegated.scope, delegated.chain.length)
   * ```
   */
  static async accept(acceptance: Acceptance, options?: CallOptions): Promise<Agent> {
    return new Agent(await beginByAcceptance(acceptance, options))
  }

  /**
   * Takes over a token that another agent has delegated to this one, as the static `Agent.accept` does: an agent of its own
   * with the same id and options, beside this one, which lives on as it is. An `InvalidTokenError` when the token is for
   * anybody else.
   *
   * @example
   * ```ts
   * await using delegated = await agent.accept(token)
   * console.log(delegated.scope, delegated.chain.length)
   * ```
   */
  accept(token: string, options?: CallOptions): Promise<Agent> {
    const { agentId } = this
    return Agent.accept({ broker: this.#broker, token, agentId, ...this.#options }, options)
  }

  /** What was asked for, last. For a decision about access, look at verified claims instead. */
  get scope(): readonly string[] {
    return this.#keeper.scope
  }

  /** When the current token ends, by this machine's clock; just after `accept`, as the token says. */
  get expiresAt(): Date {
    return this.#keeper.expiresAt
  }

  /** Who gave what to whom, oldest first, down to this agent; empty unless the token was delegated. */
  get chain(): readonly DelegationRecord[] {
    return this.#chain
  }

  /**
   * The current token, to be sent as `Authorization: Bearer …` (RFC 6750) and kept nowhere. Renewed first, once for all who
   * ask, when less than about a quarter of its life is left (10 s at least, half of its life at most). When that fails the
   * token is given out as long as it lives, and the renewal tried again some seconds later; once it has ended, the error
   * is that of the renewal. Rejects with an `AgentReleasedError` or `AgentLostError` once there is none. A `signal` ends the
   * waiting, not the renewal.
   *
   * @example
   * ```ts
   * const { valid } = await broker.validate(await agent.token())
   * ```
   */
  token(options?: CallOptions): Promise<string> {
    return this.#keeper.token(options)
  }

  /**
   * `fetch` with the token, renewed when due: sent to `allowedOrigins` and to nobody else, whoever has chosen the URL.
   * Redirects are followed within the origin alone, five at most. A 401 for a token that was renewed meanwhile is asked
   * again with the new one, unless the body is a stream. Nothing is buffered; there is no timeout but your `signal`.
   *
   * An `OriginDeniedError` for a URL or a redirect that leads elsewhere, a `TransportError` without an answer, a TypeError
   * for a header `Authorization` or `Host` of your own; after an abort the signal's reason, and otherwise as `token`.
   *
   * @example
   * ```ts
   * await using agent = await app.createAgent({
   *   orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'], allowedOrigins: ['https://sales.internal'],
   * })
   * const answer = await agent.fetch('https://sales.internal/2026-10')
   * ```
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    return this.#bearer.fetch(input, init)
  }

  /**
   * Whether the agent holds these scopes, each of them, and was not released. As it was asked for: it stops mistakes of
   * this program, and the server with the data decides by the verified token.
   *
   * @example
   * ```ts
   * if (agent.can('read:sales:2026-10')) console.log('go on')
   * ```
   */
  can(required: RequiredScope): boolean {
    try {
      this.assert(required)
      return true
    } catch {
      return false
    }
  }

  /**
   * Throws a `ScopeDeniedError`, with what was required and what is held, unless the agent holds these scopes, each of
   * them; an `AgentReleasedError` or `AgentLostError` once there is no token.
   *
   * @example
   * ```ts
   * const patientId = 'P-2014'
   * agent.assert(scope`read:records:${patientId}`)
   * ```
   */
  assert(required: RequiredScope): void {
    this.#keeper.requireLive()
    requireScope(required, this.scope)
  }

  /**
   * Replaces the token by a new one with its whole lifetime and the same scope, or a narrower one on request; the old one is
   * dead at once. Concurrent calls share one renewal, with the options of the first; one that narrows waits for the others.
   * A `signal` ends the waiting, not the renewal.
   *
   * An `AuthenticationError` when the token is dead or the session too old, an `AuthorizationError` when the scope is wider,
   * an `AgentReleasedError` after a release.
   *
   * When the answer does not come, the renewal is repeated under the same name, and so it is by the next call: within 30
   * seconds nothing is lost. A broker that cannot tell a repeat (AgentWrit 2.0) is asked once, and then it is an
   * `AgentLostError`; it cannot narrow either.
   *
   * @example
   * ```ts
   * const old = await agent.token()
   * await agent.renew()
   * const { valid } = await broker.validate(old) // false
   * ```
   */
  renew(options: RenewalOptions = {}): Promise<void> {
    return this.#keeper.renew(options)
  }

  /**
   * Makes a token for another agent, or for this one again, with this scope or less; what the other may do with it is to
   * work for this agent's task. It lives no longer than this agent's token, and dies with it. An `AuthorizationError`
   * (`scope_violation`: more than this agent or an app's ceiling has, or a sixth hop), a `NotFoundError` (an agent unknown
   * or out of reach), a `ProblemError` with `conflict` (the agent is not active, or 1 000 delegations live) or an
   * `AuthenticationError`. Repeated only if the connection was never made.
   *
   * @example
   * ```ts
   * const to = 'spiffe://agentwrit.local/agent/reports/monthly/8899aabbccddeeff'
   * await using delegation = await agent.delegate({ to, scope: ['read:sales:2026-10'], ttl: 120 })
   * console.log(delegation.agentId, delegation.expiresAt)
   * ```
   */
  async delegate(wanted: WantedDelegation, options?: CallOptions): Promise<Delegation> {
    const { to, scope, ttl } = wanted
    const request = {
      delegate_to: to,
      scope: requireList(scope, 'scope'),
      ...(ttl === undefined ? {} : { ttl }),
    }
    const answer = await this.#keeper.use(
      (token) => this.#broker.delegate(token, request, options),
      options,
    )
    const { onReleaseError } = this.#options
    return new Delegation(this.#broker, { to, scope, onReleaseError }, answer)
  }

  /**
   * The public key that another agent registered, and whether it is alive; a `NotFoundError` for an agent that this one
   * could not delegate to.
   *
   * @example
   * ```ts
   * const peer = 'spiffe://agentwrit.local/agent/reports/monthly/8899aabbccddeeff'
   * const { public_key, status } = await agent.getAgentKey(peer)
   * ```
   */
  getAgentKey(agentId: string, options?: CallOptions): Promise<Answered<AgentKeyInfo>> {
    return this.#keeper.use((token) => this.#broker.getAgentKey(token, agentId, options), options)
  }

  /**
   * Gives the token back: from now on nobody can use it, nor what was delegated from it. To release twice, or after the
   * end of the token, is no error; a release that has failed can be repeated.
   *
   * @example
   * ```ts
   * await agent.release()
   * ```
   */
  async release(options?: CallOptions): Promise<void> {
    const { agentId } = this
    if (await this.#keeper.release(options)) this.#logger.info('an agent ends', { agentId })
  }

  /** What may be logged of an agent: everything but its token and the signatures of its chain. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { agentId, orchId, taskId, scope, expiresAt, chain } = this
    const told = { agentId, orchId, taskId, scope, expiresAt: expiresAt.toISOString() }
    return chain.length === 0 ? told : { ...told, depth: chain.length }
  }

  get #report(): ReleaseReport {
    const { onReleaseError } = this.#options
    return { logger: this.#logger, onReleaseError }
  }

  get #logger(): Logger {
    return this.#broker.transport.logger
  }
}
