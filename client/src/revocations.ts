import type {
  RequestedLevel,
  RevocationInfo,
  RevocationLevel,
  RevocationList,
  RevokeResponse,
} from '@agentwrit/protocol'
import type { Broker } from './broker.ts'
import { documentOf, readDocument } from './document.ts'
import type { Answered } from './document.ts'
import { AgentWritError } from './errors.ts'
import type { CallOptions } from './options.ts'
import { readPages } from './pages.ts'
import type { ListOptions } from './pages.ts'
import { toPathSegment } from './path-segment.ts'
import type { RetryRule } from './retry.ts'
import type { StandingSession } from './standing-session.ts'

/**
 * What is to die.
 *
 * @example
 * ```ts
 * const target: RevocationTarget = { level: 'task', target: 'monthly' }
 * const { count } = await operator.previewRevocation(target)
 * ```
 */
export interface RevocationTarget {
  /** `token`: a session; `agent`: all of an agent's; `task`; `chain`: all that grew from a root. Each with all below it. */
  readonly level: RequestedLevel
  /** A `jti`; an agent id, `app:<app id>` or `admin`; a task id; the agent id of the root. */
  readonly target: string
}

/**
 * What is to die, and why.
 *
 * @example
 * ```ts
 * const wanted: WantedRevocation = { level: 'task', target: 'monthly', reason: 'the report was withdrawn' }
 * await operator.revoke(wanted)
 * ```
 */
export interface WantedRevocation extends RevocationTarget {
  /** For the list and the audit trail. */
  readonly reason?: string
}

/**
 * What a revocation has done. `count` is the live tokens that died.
 *
 * @example
 * ```ts
 * const done: RevocationDone = await operator.revoke({ level: 'task', target: 'monthly' })
 * console.log(done.count, done.id)
 * ```
 */
export interface RevocationDone extends Omit<
  RevokeResponse,
  'revoked' | 'dry_run' | 'by_depth' | 'agents'
> {
  readonly revoked: true
  /** Names the entry; absent with a broker of version 2.0. */
  readonly id?: string
}

/**
 * What a revocation would do. `count` is live tokens, `by_depth` tells them by the length of their chain, and `agents` are
 * the first 100 that would lose one.
 *
 * @example
 * ```ts
 * const preview: RevocationPreview = await operator.previewRevocation({ level: 'task', target: 'monthly' })
 * console.log(preview.count, preview.by_depth, preview.agents)
 * ```
 */
export interface RevocationPreview extends Omit<RevokeResponse, 'id'> {
  readonly revoked: false
  readonly by_depth: number[]
  readonly agents: string[]
}

/**
 * Which revocations a list is to hold: those that agree with every member given.
 *
 * @example
 * ```ts
 * const filter: RevocationFilter = { level: 'task', inForce: true }
 * for await (const { target, reason } of operator.listRevocations(filter)) console.log(target, reason)
 * ```
 */
export interface RevocationFilter extends ListOptions {
  readonly level?: RevocationLevel
  readonly target?: string
  readonly inForce?: boolean
}

const isAnswered = documentOf<RevocationDone | RevocationPreview>({
  revoked: 'boolean',
  count: 'number',
})
const hasPreview = documentOf<RevocationPreview>({ by_depth: 'array', agents: 'array' })
const isEntry = documentOf<RevocationInfo>({ id: 'string', level: 'string', target: 'string' })
const isPage = documentOf<RevocationList>({ revocations: 'array' })

const revokePath = '/v1/revoke'
const revocationsPath = '/v1/revocations'

/** What somebody who has signed in cuts off. */
export class Revocations {
  readonly #broker: Broker
  readonly #session: StandingSession

  constructor(broker: Broker, session: StandingSession) {
    this.#broker = broker
    this.#session = session
  }

  async revoke(
    wanted: WantedRevocation,
    options: CallOptions | undefined,
  ): Promise<Answered<RevocationDone>> {
    const { level, target, reason } = wanted
    const call = { method: 'POST', path: revokePath, body: { level, target, reason } } as const
    return readDocument(await this.#session.send(call, ruleOf(wanted), options), isRevoked)
  }

  async preview(
    { level, target }: RevocationTarget,
    options: CallOptions | undefined,
  ): Promise<Answered<RevocationPreview>> {
    // To a broker that does not know `dry_run`, this call would be the revocation itself.
    if (!(await this.#broker.supports('revoke-dry-run', options)))
      throw new AgentWritError('this broker cannot preview a revocation')
    const body = { level, target, dry_run: true }
    const call = { method: 'POST', path: revokePath, body } as const
    return readDocument(await this.#session.send(call, 'safe', options), isPreview)
  }

  async *list(filter: RevocationFilter): AsyncGenerator<RevocationInfo, void, undefined> {
    const { level, target, inForce, ...options } = filter
    const query = { level, target, in_force: inForce?.toString() }
    const pages = readPages(this.#session, { path: revocationsPath, isPage, query }, options)
    for await (const { revocations } of pages) yield* revocations
  }

  async lift(id: string, options: CallOptions | undefined): Promise<Answered<RevocationInfo>> {
    const call = { method: 'DELETE', path: `${revocationsPath}/${toPathSegment(id)}` } as const
    return readDocument(await this.#session.send(call, 'safe', options), isEntry)
  }
}

/**
 * Of most targets there is one entry, and a repeat only names it again. `app:<id>` and `admin` stand for the sessions of
 * that moment: a repeat would end those begun since.
 */
function ruleOf({ level, target }: RevocationTarget): RetryRule {
  return level === 'agent' && !target.startsWith('spiffe://') ? 'unsent' : 'safe'
}

function isRevoked(value: object): value is RevocationDone {
  return isAnswered(value) && value.revoked
}

function isPreview(value: object): value is RevocationPreview {
  return isAnswered(value) && !value.revoked && hasPreview(value)
}
