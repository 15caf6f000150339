import type { DelegateResponse, DelegationRecord } from '@agentwrit/protocol'
import type { Broker } from './broker.ts'
import type { AgentOptions } from './agent-options.ts'
import { endQuietly, onDispose } from './dispose.ts'
import type { CallOptions } from './options.ts'
import { releaseToken } from './release-token.ts'

/**
 * What an agent hands on.
 *
 * @example
 * ```ts
 * const wanted: WantedDelegation = {
 *   to: 'spiffe://agentwrit.local/agent/reports/monthly/8899aabbccddeeff', scope: ['read:sales:2026-10'], ttl: 120,
 * }
 * await using delegation = await agent.delegate(wanted)
 * ```
 */
export interface WantedDelegation {
  /** The agent id of whoever is to receive the token. */
  readonly to: string
  /** What the other agent needs, within what this one has. */
  readonly scope: readonly string[]
  /** Seconds, by default 60; the token never outlives the one it is made of. */
  readonly ttl?: number
}

/**
 * A token for another agent, in the hands of the agent that delegated: hand it over, and release it when it is no longer
 * needed. The other agent takes it with its `accept`.
 *
 * @example
 * ```ts
 * const to = 'spiffe://agentwrit.local/agent/reports/monthly/8899aabbccddeeff'
 * await using delegation = await agent.delegate({ to, scope: ['read:sales:2026-10'] })
 * await fetch('https://monthly.internal/work', { method: 'POST', body: delegation.token() })
 * ```
 */
export class Delegation {
  /** Who is to receive it. */
  readonly agentId: string
  /** What it allows. */
  readonly scope: readonly string[]
  /** Releases it at the end of an `await using` block; never throws over the error of the block. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>

  readonly #broker: Broker
  readonly #token: string
  readonly #expiresAt: number
  readonly #chain: readonly DelegationRecord[]
  readonly #onReleaseError: AgentOptions['onReleaseError']

  static {
    onDispose(this, (delegation) => {
      const { logger } = delegation.#broker.transport
      const onReleaseError = delegation.#onReleaseError
      return endQuietly(() => delegation.release(), { logger, onReleaseError })
    })
  }

  /** Made by `Agent.delegate`. */
  constructor(broker: Broker, wanted: WantedDelegation & AgentOptions, answer: DelegateResponse) {
    this.#broker = broker
    this.agentId = wanted.to
    this.scope = Object.freeze([...wanted.scope])
    this.#onReleaseError = wanted.onReleaseError
    this.#token = answer.access_token
    this.#expiresAt = broker.transport.surroundings.now() + answer.expires_in * 1000
    this.#chain = Object.freeze([...answer.delegation_chain])
  }

  /** When the token ends unless it is renewed, by this machine's clock. */
  get expiresAt(): Date {
    return new Date(this.#expiresAt)
  }

  /**
   * Who gave what to whom, oldest first; the last record is of this delegation, and its `jti` names the token when it is to
   * be revoked.
   */
  get chain(): readonly DelegationRecord[] {
    return this.#chain
  }

  /**
   * The token, for the other agent alone: whoever has it, has its authority. A method, so that nothing that prints or
   * copies this object takes it along.
   *
   * @example
   * ```ts
   * await using delegation = await agent.delegate({ to: agent.agentId, scope: ['read:sales:2026-10'] })
   * await using narrowed = await agent.accept(delegation.token())
   * ```
   */
  token(): string {
    return this.#token
  }

  /**
   * Takes the authority back: the session ends, though the other agent has renewed it, with all that it delegated on.
   * Releasing twice is no error. An `AuthenticationError` once this token has expired; a session that was renewed beyond
   * that is for the app or an operator to revoke.
   *
   * @example
   * ```ts
   * const delegation = await agent.delegate({ to: agent.agentId, scope: ['read:sales:2026-10'] })
   * await delegation.release()
   * ```
   */
  release(options?: CallOptions): Promise<void> {
    return releaseToken(this.#broker, { token: this.#token }, options)
  }

  /** What may be logged of a delegation: everything but its token and the signatures of its chain. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { agentId, scope, expiresAt, chain } = this
    return { agentId, scope, expiresAt: expiresAt.toISOString(), depth: chain.length }
  }
}
