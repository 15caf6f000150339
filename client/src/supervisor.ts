import type {
  AgentInfo,
  AgentKeyInfo,
  AuditEvent,
  CreateLaunchTokenRequest,
  CreateLaunchTokenResponse,
  DelegationTree,
  LaunchTokenInfo,
} from '@agentwrit/protocol'
import type { AgentOptions } from './agent-options.ts'
import { Agents } from './agents.ts'
import type { AgentFilter, DelegationSelection } from './agents.ts'
import { AuditTrail } from './audit-trail.ts'
import type { AuditTailFilter, TailedAuditEvent } from './audit-tail.ts'
import type { AuditFilter } from './audit-trail.ts'
import type { Broker } from './broker.ts'
import { endQuietly, onDispose } from './dispose.ts'
import type { Answered } from './document.ts'
import { LaunchTokens } from './launch-tokens.ts'
import type { CallOptions } from './options.ts'
import type { ListOptions } from './pages.ts'
import { Revocations } from './revocations.ts'
import type {
  RevocationDone,
  RevocationPreview,
  RevocationTarget,
  WantedRevocation,
} from './revocations.ts'
import type { StandingSession } from './standing-session.ts'

/**
 * Whoever answers for agents, an `Operator` for all of them or an `App` for its own: lets them in, looks at them, cuts
 * them off. What is an app's and what is somebody else's, the broker decides; to an app, what is foreign does not exist.
 *
 * @example
 * ```ts
 * const stop = (supervisor: Supervisor, agentId: string) => supervisor.revoke({ level: 'agent', target: agentId })
 * ```
 */
export class Supervisor {
  /** Signs out at the end of an `await using` block; never throws over the error of the block. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>

  readonly #broker: Broker
  readonly #session: StandingSession
  readonly #launchTokens: LaunchTokens
  readonly #agents: Agents
  readonly #revocations: Revocations
  readonly #auditTrail: AuditTrail
  readonly #onReleaseError: AgentOptions['onReleaseError']

  static {
    onDispose(this, (supervisor) => {
      const { logger } = supervisor.#broker.transport
      const onReleaseError = supervisor.#onReleaseError
      return endQuietly(() => supervisor.signOut(), { logger, onReleaseError })
    })
  }

  /** Of `Operator` and `App` only. */
  protected constructor(
    broker: Broker,
    session: StandingSession,
    launchTokensPath: string,
    { onReleaseError }: AgentOptions = {},
  ) {
    this.#broker = broker
    this.#session = session
    this.#launchTokens = new LaunchTokens(session, launchTokensPath)
    this.#agents = new Agents(session)
    this.#revocations = new Revocations(broker, session)
    this.#auditTrail = new AuditTrail(broker, session)
    this.#onReleaseError = onReleaseError
  }

  /**
   * The current token, signed in for anew, once for all who ask, if it has less than a minute left, or less than half its
   * life; when that fails, it is given out as long as it lives. An `AgentReleasedError` after signing out. A `signal` ends
   * the waiting, not the sign-in.
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
   * `invalid_request` when a member breaks its rule or a scope is reserved; to an app with 403 `forbidden` when its
   * ceiling does not cover the scope. Repeated only if the connection was never made.
   *
   * @example
   * ```ts
   * const { launch_token, expires_at } = await app.createLaunchToken({
   *   agent_name: 'monthly-report', allowed_scope: ['read:sales:2026-10'], task_id: 'monthly', max_ttl: 120,
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
   * The agents, newest first. Pages are fetched as you go; `pageSize` is at most 1000.
   *
   * @example
   * ```ts
   * for await (const { agent_id, scope } of app.listAgents({ status: 'active' })) console.log(agent_id, scope)
   * ```
   */
  listAgents(filter: AgentFilter = {}): AsyncGenerator<AgentInfo, void, undefined> {
    return this.#agents.list(filter)
  }

  /**
   * One agent; a `NotFoundError` if there is none of this id.
   *
   * @example
   * ```ts
   * const { status, expires_at } = await app.getAgent(agent.agentId)
   * ```
   */
  getAgent(agentId: string, options?: CallOptions): Promise<Answered<AgentInfo>> {
    return this.#agents.get(agentId, options)
  }

  /**
   * The public key that an agent registered; a `NotFoundError` if there is none of this id.
   *
   * @example
   * ```ts
   * const { public_key, jkt } = await operator.getAgentKey(agent.agentId)
   * ```
   */
  getAgentKey(agentId: string, options?: CallOptions): Promise<Answered<AgentKeyInfo>> {
    return this.#agents.getKey(agentId, options)
  }

  /**
   * Who handed what to whom, as agents (`nodes`) and delegations between them (`edges`, at most 5000), by root, agent or
   * task.
   *
   * @example
   * ```ts
   * const { edges } = await operator.getDelegations({ root: agent.agentId })
   * for (const { from, to, granted_scope, state } of edges) console.log(from, to, granted_scope, state)
   * ```
   */
  getDelegations(
    selection: DelegationSelection,
    options?: CallOptions,
  ): Promise<Answered<DelegationTree>> {
    return this.#agents.getDelegations(selection, options)
  }

  /**
   * Cuts off a session, an agent, a task or a whole chain, with all that was delegated from there: dead when this resolves.
   * `count` is the live tokens that died. A target that nobody knows is revoked all the same (`count` 0), except by an app:
   * it gets a `NotFoundError`, and for `task`, `admin` and `app:<id>` an `AuthorizationError` with `forbidden`. Doing so
   * twice is no error, and repeated after a lost answer, but for `admin` and `app:<id>`: their next sign-in works, and
   * would be ended too.
   *
   * @example
   * ```ts
   * const { count } = await app.revoke({ level: 'agent', target: agent.agentId, reason: 'it read too much' })
   * ```
   */
  revoke(wanted: WantedRevocation, options?: CallOptions): Promise<Answered<RevocationDone>> {
    return this.#revocations.revoke(wanted, options)
  }

  /**
   * What `revoke` would do now; changes nothing. An `AgentWritError` with a broker of version 2.0, which would not preview
   * but revoke: it is not asked.
   *
   * @example
   * ```ts
   * const { count, agents } = await operator.previewRevocation({ level: 'chain', target: agent.agentId })
   * ```
   */
  previewRevocation(
    target: RevocationTarget,
    options?: CallOptions,
  ): Promise<Answered<RevocationPreview>> {
    return this.#revocations.preview(target, options)
  }

  /**
   * The audit trail, oldest first: to an app, what concerns itself and its agents. Pages are fetched as you go; `pageSize`
   * is at most 1000. Events whose rows in the broker's database were tampered with are left out, which the numbers
   * (`seq`) of an unfiltered list show, and verifying the trail proves.
   *
   * @example
   * ```ts
   * const answer = await broker.validate(token)
   * if (answer.valid) {
   *   const life = operator.listAuditEvents({ credential: answer.claims.jti })
   *   for await (const { timestamp, event_type, actor } of life) console.log(timestamp, event_type, actor)
   * }
   * ```
   */
  listAuditEvents(filter: AuditFilter = {}): AsyncGenerator<AuditEvent, void, undefined> {
    return this.#auditTrail.list(filter)
  }

  /**
   * The audit trail as it is written: each event that happens from now on, for ever. A stream that breaks off is opened
   * again where it ended, with growing pauses, and with `maxRetries` given up after as many attempts in a row; without it,
   * never. Ends with `break`, or by `signal`, which is then what it rejects with. What happened between two epochs of a
   * restored broker may be missing, and is logged as a warning. Resume in another process with `after`.
   *
   * @example
   * ```ts
   * for await (const { timestamp, event_type, actor } of operator.tailAudit({ outcome: 'denied' })) {
   *   console.warn(timestamp, event_type, actor)
   * }
   * ```
   */
  tailAudit(filter: AuditTailFilter = {}): AsyncGenerator<TailedAuditEvent, void, undefined> {
    return this.#auditTrail.tail(filter)
  }

  /**
   * The audit trail as JSON Lines (https://jsonlines.org), oldest first: a line of text for each event, with its line
   * break. What `verifyAuditExport` of `@agentwrit/protocol` takes, if nothing is filtered out.
   *
   * @example
   * ```ts
   * import { writeFile } from 'node:fs/promises'
   *
   * await writeFile('audit.jsonl', operator.exportAudit())
   * ```
   */
  exportAudit(filter: AuditFilter = {}): AsyncGenerator<string, void, undefined> {
    return this.#auditTrail.export(filter)
  }

  /**
   * Forgets the secret and releases the token; agents live on. Signing out twice is no error; a release that has failed is
   * repeated by signing out again.
   *
   * @example
   * ```ts
   * await operator.signOut()
   * ```
   */
  signOut(options?: CallOptions): Promise<void> {
    return this.#session.end(options)
  }

  /** What may be logged: neither token nor secret. */
  toJSON(): Readonly<Record<string, unknown>> {
    return { broker: this.#broker.url, signedIn: this.#session.isOpen }
  }
}
