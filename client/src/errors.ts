// What can go wrong, as classes. No error of this package carries a token, a secret, a key or a signature: requests are
// named by method and URL alone, and text that comes back is searched for the credentials that were sent.
import type { ErrorCode } from '@agentwrit/protocol'

// Registered with Symbol.for, so that it is the same symbol in every installed copy of this package.
const brand = Symbol.for('agentwrit.error')

/**
 * The request an error is about; never its headers or its body.
 *
 * @example
 * ```ts
 * if (error instanceof AgentWritError) console.error(error.request?.method, error.request?.url)
 * ```
 */
export interface FailedRequest {
  readonly method: string
  readonly url: string
}

/**
 * What an error is made with besides its message.
 *
 * @example
 * ```ts
 * const context: ErrorContext = { cause: error, request: { method: 'GET', url: `${broker.url}/v1/health` } }
 * throw new AgentWritError('the broker is not what it was', context)
 * ```
 */
export interface ErrorContext {
  readonly cause?: unknown
  readonly request?: FailedRequest | undefined
  readonly requestId?: string | undefined
}

/**
 * What every error of this package extends.
 *
 * @example
 * ```ts
 * try {
 *   await agent.renew()
 * } catch (error) {
 *   if (isAgentWritError(error)) console.error(error.message, error.requestId)
 *   else throw error
 * }
 * ```
 */
export class AgentWritError extends Error {
  static {
    nameErrors(this, 'AgentWritError')
  }
  readonly request: FailedRequest | undefined
  /** Names the request in the broker's log and audit trail, when the broker answered at all. */
  readonly requestId: string | undefined

  constructor(message: string, { cause, request, requestId }: ErrorContext = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.request = request
    this.requestId = requestId
    Object.defineProperty(this, brand, { value: true })
  }
}

/**
 * Whether a caught value is an error of this package. Unlike `instanceof`, it also knows errors of another installed
 * copy.
 *
 * @example
 * ```ts
 * if (isAgentWritError(error)) console.warn(error.message, error.requestId)
 * ```
 */
export function isAgentWritError(value: unknown): value is AgentWritError {
  return value instanceof Error && brand in value
}

/**
 * The members of a problem document (RFC 9457); a proxy in between may have left out any but `status`.
 *
 * @example
 * ```ts
 * const isBusy = ({ status, retryAfter = 1 }: Problem) => status === 503 && retryAfter < 10
 * ```
 */
export interface Problem {
  readonly status: number
  readonly type?: string | undefined
  readonly title?: string | undefined
  readonly detail?: string | undefined
  readonly instance?: string | undefined
  readonly errorCode?: ErrorCode | (string & {}) | undefined
  readonly hint?: string | undefined
  /** Whole seconds, from the header `Retry-After`. */
  readonly retryAfter?: number | undefined
}

/**
 * The broker said no: any answer from 400 on, as a problem document (RFC 9457). `errorCode` is one of `ErrorCode`, unless
 * something in between has answered.
 *
 * @example
 * ```ts
 * if (error instanceof ProblemError && error.errorCode === 'invalid_request') console.error(error.detail)
 * ```
 */
export class ProblemError extends AgentWritError implements Problem {
  static {
    nameErrors(this, 'ProblemError')
  }
  readonly status: number
  readonly type: string | undefined
  readonly title: string | undefined
  readonly detail: string | undefined
  readonly instance: string | undefined
  /** Branch on this, never on the message. */
  readonly errorCode: ErrorCode | (string & {}) | undefined
  /** What to do next, when the broker knows. */
  readonly hint: string | undefined
  /** Whole seconds to wait before another attempt, if the broker said so (429 and 503). */
  readonly retryAfter: number | undefined

  constructor(problem: Problem, context: ErrorContext = {}) {
    super(describe(problem), context)
    this.status = problem.status
    this.type = problem.type
    this.title = problem.title
    this.detail = problem.detail
    this.instance = problem.instance
    this.errorCode = problem.errorCode
    this.hint = problem.hint
    this.retryAfter = problem.retryAfter
  }
}

/**
 * 401, `unauthorized`: the credential is missing, wrong, expired or dead.
 *
 * @example
 * ```ts
 * if (error instanceof AuthenticationError) console.error('the token is dead: register a new agent')
 * ```
 */
export class AuthenticationError extends ProblemError {
  static {
    nameErrors(this, 'AuthenticationError')
  }
}

/**
 * 403: known, but not allowed. `errorCode` tells `insufficient_scope`, `scope_violation` and `forbidden` apart.
 *
 * @example
 * ```ts
 * if (error instanceof AuthorizationError && error.errorCode === 'scope_violation') {
 *   console.error('ask for less:', error.detail)
 * }
 * ```
 */
export class AuthorizationError extends ProblemError {
  static {
    nameErrors(this, 'AuthorizationError')
  }
}

/**
 * 404, `not_found`: there is no such thing, or it is somebody else's; the broker does not tell which.
 *
 * @example
 * ```ts
 * if (error instanceof NotFoundError) console.error('it is used, expired or unknown')
 * ```
 */
export class NotFoundError extends ProblemError {
  static {
    nameErrors(this, 'NotFoundError')
  }
}

/**
 * 429, `rate_limited`: too many attempts. The client has already retried as often as it may. `retryAfter` is seconds.
 *
 * @example
 * ```ts
 * if (error instanceof RateLimitError) console.error(`try again in ${error.retryAfter ?? 1} s`)
 * ```
 */
export class RateLimitError extends ProblemError {
  static {
    nameErrors(this, 'RateLimitError')
  }
}

/**
 * There was no usable answer: no connection, a broken one, a redirect (never followed), or an answer that is not the
 * broker's.
 *
 * @example
 * ```ts
 * if (error instanceof TransportError && error.neverSent) console.error('is the broker running?')
 * ```
 */
export class TransportError extends AgentWritError {
  static {
    nameErrors(this, 'TransportError')
  }
  /** True only if the connection was never made, so that the broker cannot have acted on the request. */
  readonly neverSent: boolean

  constructor(message: string, context: ErrorContext & { readonly neverSent?: boolean } = {}) {
    super(message, context)
    this.neverSent = context.neverSent ?? false
  }
}

/**
 * No answer within `timeout`, retries included. The broker may have acted on the request all the same.
 *
 * @example
 * ```ts
 * if (error instanceof TimeoutError) console.error('the broker is slow or unreachable')
 * ```
 */
export class TimeoutError extends AgentWritError {
  static {
    nameErrors(this, 'TimeoutError')
  }
}

/**
 * This runtime cannot make or use an Ed25519 key, or was given something that is not a nonce to sign.
 *
 * @example
 * ```ts
 * if (error instanceof CryptoError) console.error('this runtime lacks Ed25519 in WebCrypto')
 * ```
 */
export class CryptoError extends AgentWritError {
  static {
    nameErrors(this, 'CryptoError')
  }
}

/**
 * A token that was handed over cannot be taken: it is dead or expired, not an agent's, or for another agent.
 *
 * @example
 * ```ts
 * if (error instanceof InvalidTokenError) console.error('ask the delegator for another token')
 * ```
 */
export class InvalidTokenError extends AgentWritError {
  static {
    nameErrors(this, 'InvalidTokenError')
  }
}

/**
 * The agent was released (or the operator has signed out) by this program: there is no token to give out any more.
 *
 * @example
 * ```ts
 * if (error instanceof AgentReleasedError) console.error('the agent was used after its end')
 * ```
 */
export class AgentReleasedError extends AgentWritError {
  static {
    nameErrors(this, 'AgentReleasedError')
  }
}

/**
 * A renewal that cannot be repeated (AgentWrit 2.0) was sent and its answer never came: nobody here knows which token is
 * alive. Register a new agent; `release()` still ends the old session.
 *
 * @example
 * ```ts
 * if (error instanceof AgentLostError) await agent.release()
 * ```
 */
export class AgentLostError extends AgentWritError {
  static {
    nameErrors(this, 'AgentLostError')
  }
}

/**
 * Something was to be done that the scopes at hand do not cover, or that no scope can name: it must not be done. Nobody was
 * asked; the broker and the resource servers decide for themselves.
 *
 * @example
 * ```ts
 * if (error instanceof ScopeDeniedError) console.error('needed:', error.required, 'held:', error.held)
 * ```
 */
export class ScopeDeniedError extends AgentWritError {
  static {
    nameErrors(this, 'ScopeDeniedError')
  }
  /** What was needed, as far as it could be named. */
  readonly required: readonly string[]
  readonly held: readonly string[]

  constructor(message: string, { required = [], held = [] }: DeniedScopes = {}) {
    super(message)
    this.required = required
    this.held = held
  }
}

/**
 * `agent.fetch` was to send the token to somebody who may not have it: an origin that `allowedOrigins` does not name, a URL
 * with a user in it, a redirect that leads elsewhere. Nothing was sent there.
 *
 * @example
 * ```ts
 * if (error instanceof OriginDeniedError) console.error('not allowed:', error.origin)
 * ```
 */
export class OriginDeniedError extends AgentWritError {
  static {
    nameErrors(this, 'OriginDeniedError')
  }
  /** Scheme, host and port; undefined when the URL has none that could be allowed. */
  readonly origin: string | undefined

  constructor(message: string, origin?: string) {
    super(message)
    this.origin = origin
  }
}

/**
 * What a `ScopeDeniedError` is made with.
 *
 * @example
 * ```ts
 * const denied: DeniedScopes = { required: ['write:sales:2026-10'], held: ['read:sales:2026-10'] }
 * throw new ScopeDeniedError('the report may not be changed', denied)
 * ```
 */
export interface DeniedScopes {
  readonly required?: readonly string[]
  readonly held?: readonly string[]
}

// On the prototype: a name that is an own property would be printed twice by every inspector.
function nameErrors(errorClass: { prototype: Error }, name: string): void {
  Object.defineProperty(errorClass.prototype, 'name', {
    value: name,
    configurable: true,
    writable: true,
  })
}

function describe({ status, errorCode, title, detail }: Problem): string {
  const what = errorCode ?? title ?? 'no reason given'
  return `${status} ${what}${detail === undefined ? '' : `: ${detail}`}`
}
