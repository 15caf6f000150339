import type { TokenResponse } from '@agentwrit/protocol'
import { AgentKey } from './agent-key.ts'
import { toBroker } from './broker.ts'
import type { Broker, BrokerOrUrl } from './broker.ts'
import { onDispose } from './dispose.ts'
import {
  AgentLostError,
  AgentReleasedError,
  AuthenticationError,
  AgentWritError,
  AuthorizationError,
  ProblemError,
  TransportError,
} from './errors.ts'
import { makeIdempotencyKey } from './idempotency-key.ts'
import type { CallOptions } from './options.ts'

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
 * How an agent's token is renewed.
 *
 * @example
 * ```ts
 * const rest: RenewalOptions = { scope: ['read:sales:2026-10'], timeout: 3_000 }
 * await agent.renew(rest)
 * ```
 */
export interface RenewalOptions extends CallOptions {
  /** What the agent still needs, within what it has; it never gets the rest back. */
  readonly scope?: readonly string[]
}

/** A renewal by the name under which it can be asked for again. */
interface NamedRenewal {
  readonly idempotencyKey: string
  readonly scope?: readonly string[]
}

interface Issued {
  readonly agentId: string
  readonly token: string
  readonly lifetime: number
}

/**
 * One agent: one key, one task, one live token. Release it when the work is done.
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
  readonly orchId: string
  readonly taskId: string
  /** Releases the agent at the end of an `await using` block; never throws over the error of the block. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>

  readonly #broker: Broker
  #state: 'live' | 'released' | 'lost' = 'live'
  #token: string
  #expiresAt: number
  #scope: readonly string[]
  #renewal: Promise<void> | undefined
  /** Sent, perhaps carried out, and not answered yet. */
  #unanswered: NamedRenewal | undefined

  static {
    onDispose(this, (agent) => agent.release())
  }

  private constructor(registration: Registration, broker: Broker, issued: Issued) {
    this.#broker = broker
    this.agentId = issued.agentId
    this.orchId = registration.orchId
    this.taskId = registration.taskId
    this.#scope = Object.freeze([...registration.scope])
    this.#token = issued.token
    this.#expiresAt = this.#now() + issued.lifetime * 1000
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
        requested_scope: [...registration.scope],
      },
      options,
    )
    return new Agent(registration, broker, {
      agentId: answer.agent_id,
      token: answer.access_token,
      lifetime: answer.expires_in,
    })
  }

  /** What was asked for, last. For a decision about access, look at verified claims instead. */
  get scope(): readonly string[] {
    return this.#scope
  }

  /** When the current token ends, by this machine's clock. */
  get expiresAt(): Date {
    return new Date(this.#expiresAt)
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
  async token(): Promise<string> {
    await this.#renewal
    this.#requireLive()
    return this.#token
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
  async renew(options: RenewalOptions = {}): Promise<void> {
    this.#requireLive()
    options.signal?.throwIfAborted()
    // A renewal under way may leave more than this one asks for.
    while (options.scope !== undefined && this.#renewal !== undefined)
      await this.#renewal.catch(() => undefined)
    this.#requireLive()
    this.#renewal ??= this.#renewNow(options).finally(() => {
      this.#renewal = undefined
    })
    await this.#renewal
  }

  /**
   * Gives the token back: from now on nobody can use it, nor what was delegated from it. Releasing twice is no error.
   *
   * @example
   * ```ts
   * await agent.release()
   * ```
   */
  async release(options?: CallOptions): Promise<void> {
    // Whatever became of a renewal, the session is to end, and with our broker either token ends it.
    await this.#renewal?.catch(() => undefined)
    if (this.#state === 'released') return
    try {
      await this.#broker.release(this.#token, options)
    } catch (error) {
      if (!isRevokedAlready(error)) throw error
    }
    this.#state = 'released'
  }

  /** What may be logged of an agent: everything but its token. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { agentId, orchId, taskId, scope, expiresAt } = this
    return { agentId, orchId, taskId, scope, expiresAt: expiresAt.toISOString() }
  }

  async #renewNow({ scope, ...options }: RenewalOptions): Promise<void> {
    const unanswered = this.#unanswered
    if (unanswered !== undefined) {
      await this.#renewByName(unanswered, options)
      if (JSON.stringify(scope) === JSON.stringify(unanswered.scope)) return
    }
    const narrowed = scope === undefined ? {} : { scope: Object.freeze([...scope]) }
    if (await this.#canRepeat(options)) {
      const idempotencyKey = makeIdempotencyKey()
      await this.#renewByName({ idempotencyKey, ...narrowed }, options)
    } else if (scope === undefined) {
      await this.#renewOnce(options)
    } else {
      throw new AgentWritError('this broker cannot narrow the scope of a token')
    }
  }

  async #canRepeat(options: CallOptions): Promise<boolean> {
    try {
      return await this.#broker.supports('renew-idempotency', options)
    } catch (error) {
      // A proxy may keep the route to itself. Whatever else goes wrong, no renewal has been sent yet.
      if (error instanceof ProblemError && error.status < 500) return false
      throw error
    }
  }

  async #renewByName(renewal: NamedRenewal, options: CallOptions): Promise<void> {
    const isRepeat = this.#unanswered !== undefined
    this.#unanswered = renewal
    try {
      this.#take(await this.#broker.renew(this.#token, { ...options, ...renewal }))
      this.#scope = renewal.scope ?? this.#scope
      this.#unanswered = undefined
    } catch (error) {
      if (!isFinal(error)) throw error
      this.#unanswered = undefined
      if (!isRepeat || !(error instanceof AuthenticationError)) throw error
      // The first attempt was kept, its answer is lost, and it is too late to ask again. A renewal under another name
      // would look like a thief's.
      this.#state = 'lost'
      throw new AgentLostError('the renewal was sent and never answered', { cause: error })
    }
  }

  async #renewOnce(options: CallOptions): Promise<void> {
    try {
      this.#take(await this.#broker.renew(this.#token, options))
    } catch (cause) {
      if (isRefusal(cause)) throw cause
      this.#state = 'lost'
      throw new AgentLostError('the renewal was sent and never answered', { cause })
    }
  }

  #take(answer: TokenResponse): void {
    this.#token = answer.access_token
    this.#expiresAt = this.#now() + answer.expires_in * 1000
  }

  #requireLive(): void {
    if (this.#state === 'released') throw new AgentReleasedError('the agent was released')
    if (this.#state === 'lost')
      throw new AgentLostError('a renewal of this agent was never answered')
  }

  #now(): number {
    return this.#broker.transport.surroundings.now()
  }
}

/** Whether the broker has said no for good: asking again would not help. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false
  return error.status < 500 && error.status !== 408 && error.status !== 429
}

/** Whether it is certain that a failed renewal has changed nothing. */
function isRefusal(error: unknown): boolean {
  if (error instanceof TransportError) return error.neverSent
  if (!(error instanceof ProblemError)) return false
  if (error.status < 500) return true
  return error.errorCode === 'service_unavailable' && error.hint === undefined
}

/** AgentWrit 2.0 answers so when somebody else has already revoked the token. */
function isRevokedAlready(error: unknown): boolean {
  return error instanceof AuthorizationError && /\brevoked\b/.test(error.detail ?? '')
}
