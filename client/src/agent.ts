import type { AgentKeyInfo, Claims, DelegationRecord, ValidateResponse } from '@agentwrit/protocol'
import { AgentKey } from './agent-key.ts'
import { toBroker } from './broker.ts'
import type { Broker, BrokerOrUrl } from './broker.ts'
import { Delegation } from './delegation.ts'
import type { WantedDelegation } from './delegation.ts'
import { onDispose } from './dispose.ts'
import { documentOf } from './document.ts'
import type { Answered } from './document.ts'
import { InvalidTokenError } from './errors.ts'
import type { CallOptions, RenewalOptions } from './options.ts'
import { requireList } from './require-list.ts'
import { TokenKeeper } from './token-keeper.ts'

/**
 * What an agent registers with.
 *
 * @example
 * ```ts
 * const registration: Registration = {
 *   broker: 'http://127.0.0.1:8080', launchToken, orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'],
 * }
 * ```
 */
export interface Registration {
  readonly broker: BrokerOrUrl
  /** The one-time ticket that an operator or an app has made; it lives for 30 seconds unless they said otherwise. */
  readonly launchToken: string
  /** Who runs the work. */
  readonly orchId: string
  /** The piece of work; revoking the task ends the agent. */
  readonly taskId: string
  /** What the agent needs, and no more: `action:resource:identifier`. */
  readonly scope: readonly string[]
}

/**
 * A token that was handed over.
 *
 * @example
 * ```ts
 * const acceptance: Acceptance = { broker: 'http://127.0.0.1:8080', token, agentId: agent.agentId }
 * await using delegated = await Agent.accept(acceptance)
 * ```
 */
export interface Acceptance {
  readonly broker: BrokerOrUrl
  /** An agent's; as a rule one that another agent has delegated. */
  readonly token: string
  /** Whom it must be for; one for anybody else is then an `InvalidTokenError`. */
  readonly agentId?: string
}

interface Identity {
  readonly agentId: string
  readonly orchId: string
  readonly taskId: string
  readonly chain: readonly DelegationRecord[]
}

interface AgentClaims extends Claims {
  readonly orch_id: string
  readonly task_id: string
}

const isAgentClaims = documentOf<AgentClaims>({
  sub: 'string',
  orch_id: 'string',
  task_id: 'string',
  scope: 'array',
  exp: 'number',
})

/**
 * One agent at one task with one live token, its own (`register`) or one that was delegated to it (`accept`). Release it
 * when the work is done.
 *
 * @example
 * ```ts
 * await using agent = await Agent.register({
 *   broker: 'http://127.0.0.1:8080', launchToken, orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'],
 * })
 * await fetch('https://sales.internal/2026-10', { headers: { authorization: `Bearer ${await agent.token()}` } })
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
  readonly #keeper: TokenKeeper

  static {
    onDispose(this, (agent) => agent.release())
  }

  private constructor(broker: Broker, identity: Identity, keeper: TokenKeeper) {
    this.#broker = broker
    this.agentId = identity.agentId
    this.orchId = identity.orchId
    this.taskId = identity.taskId
    this.#chain = Object.freeze([...identity.chain])
    this.#keeper = keeper
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
    const broker = toBroker(registration.broker)
    const scope = requireList(registration.scope, 'scope')
    const key = await AgentKey.generate()
    const { nonce } = await broker.challenge(options)
    const answer = await broker.register(
      {
        launch_token: registration.launchToken,
        nonce,
        public_key: key.publicKey,
        signature: await key.prove(nonce),
        orch_id: registration.orchId,
        task_id: registration.taskId,
        requested_scope: scope,
      },
      options,
    )
    const { orchId, taskId } = registration
    const expiresAt = broker.transport.surroundings.now() + answer.expires_in * 1000
    return new Agent(
      broker,
      { agentId: answer.agent_id, orchId, taskId, chain: [] },
      new TokenKeeper(broker, { token: answer.access_token, expiresAt, scope }),
    )
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
  static async accept(
    { broker: brokerOrUrl, token, agentId }: Acceptance,
    options?: CallOptions,
  ): Promise<Agent> {
    const broker = toBroker(brokerOrUrl)
    const claims = requireAgent(await broker.validate(token, options))
    if (agentId !== undefined && claims.sub !== agentId)
      throw new InvalidTokenError('the token is for another agent')
    const {
      sub,
      orch_id: orchId,
      task_id: taskId,
      scope,
      exp,
      delegation_chain: chain = [],
    } = claims
    return new Agent(
      broker,
      { agentId: sub, orchId, taskId, chain },
      new TokenKeeper(broker, { token, expiresAt: exp * 1000, scope }),
    )
  }

  /**
   * Takes over a token that another agent has delegated to this one, as the static `Agent.accept` does: an agent of its own
   * with the same id, beside this one, which lives on as it is. An `InvalidTokenError` when the token is for anybody else.
   *
   * @example
   * ```ts
   * await using delegated = await agent.accept(token)
   * console.log(delegated.scope, delegated.chain.length)
   * ```
   */
  accept(token: string, options?: CallOptions): Promise<Agent> {
    return Agent.accept({ broker: this.#broker, token, agentId: this.agentId }, options)
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
   * The current token, to be sent as `Authorization: Bearer …` (RFC 6750) and kept nowhere; during a renewal the new one,
   * once it is there. Not renewed by itself: see `expiresAt`. Rejects with an `AgentReleasedError` or `AgentLostError` once
   * there is none.
   *
   * @example
   * ```ts
   * const { valid } = await broker.validate(await agent.token())
   * ```
   */
  token(): Promise<string> {
    return this.#keeper.token()
  }

  /**
   * Replaces the token by a new one with its whole lifetime and the same scope, or a narrower one on request; the old one is
   * dead at once. Concurrent calls share one renewal, with the options of the first; one that narrows waits for the others.
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
    const answer = await this.#keeper.use((token) => this.#broker.delegate(token, request, options))
    return new Delegation(this.#broker, wanted, answer)
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
    return this.#keeper.use((token) => this.#broker.getAgentKey(token, agentId, options))
  }

  /**
   * Gives the token back: from now on nobody can use it, nor what was delegated from it. Releasing twice is no error.
   *
   * @example
   * ```ts
   * await agent.release()
   * ```
   */
  release(options?: CallOptions): Promise<void> {
    return this.#keeper.release(options)
  }

  /** What may be logged of an agent: everything but its token and the signatures of its chain. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { agentId, orchId, taskId, scope, expiresAt, chain } = this
    const told = { agentId, orchId, taskId, scope, expiresAt: expiresAt.toISOString() }
    return chain.length === 0 ? told : { ...told, depth: chain.length }
  }
}

function requireAgent(result: ValidateResponse): AgentClaims {
  if (!result.valid) throw new InvalidTokenError('the token is dead or expired, or none')
  if (isAgentClaims(result.claims)) return result.claims
  throw new InvalidTokenError('the token is not one of an agent')
}
