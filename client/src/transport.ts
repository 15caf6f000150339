import { TimeoutError, TransportError } from './errors.ts'
import { begin, exchange } from './exchange.ts'
import type { Answer, Call } from './exchange.ts'
import {
  defaultMaxRetries,
  defaultTimeout,
  realSurroundings,
  requireMaxRetries,
  requireTimeout,
} from './options.ts'
import type { CallOptions, ClientOptions, Surroundings } from './options.ts'
import { mayRetry, pauseBefore } from './retry.ts'
import type { RetryRule } from './retry.ts'

/**
 * Sends calls to one broker: within a deadline, and again where that is safe. Holds no credential and follows no redirect.
 *
 * @example
 * ```ts
 * const transport = new Transport('https://broker.internal', { timeout: 3_000 })
 * const { status } = await transport.send({ method: 'GET', path: '/readyz' }, 'safe')
 * ```
 */
export class Transport {
  /** Without a slash at its end. */
  readonly url: string
  readonly surroundings: Surroundings
  readonly #fetch: typeof fetch | undefined
  readonly #timeout: number
  readonly #maxRetries: number

  /** Throws a TypeError for a URL, and a RangeError for an option, that cannot be used. */
  constructor(url: string | URL, options: ClientOptions = {}) {
    this.url = toBaseUrl(url)
    this.surroundings = { ...realSurroundings, ...options.surroundings }
    this.#fetch = options.fetch
    this.#timeout = requireTimeout(options.timeout ?? defaultTimeout)
    this.#maxRetries = requireMaxRetries(options.maxRetries ?? defaultMaxRetries)
  }

  /**
   * Resolves to a 2xx answer. Anything else is a `ProblemError`, a `TransportError` or a `TimeoutError`; after an abort it
   * rejects with the signal's own reason.
   *
   * @example
   * ```ts
   * const { text } = await broker.transport.send({ method: 'GET', path: '/v1/openapi.json' }, 'safe')
   * ```
   */
  async send(call: Call, rule: RetryRule, options: CallOptions = {}): Promise<Answer> {
    const timeout = requireTimeout(options.timeout ?? this.#timeout)
    const maxRetries = requireMaxRetries(options.maxRetries ?? this.#maxRetries)
    const deadline = AbortSignal.timeout(timeout)
    const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline
    const endsAt = this.surroundings.now() + timeout
    try {
      return requireOwn(await this.#sendUntilAnswered(call, { rule, maxRetries, signal, endsAt }))
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!deadline.aborted) throw error
      const request = { method: call.method, url: this.url + call.path }
      throw new TimeoutError(`no answer within ${timeout} ms`, { cause: error, request })
    }
  }

  /**
   * An answer that goes on, an event stream for instance: resolves when it begins, with its body still to be read. Sent
   * once, without a deadline: `signal` ends the request and the body. Errors as of `send`.
   *
   * @example
   * ```ts
   * const call: Call = { method: 'GET', path: '/v1/audit/stream', bearer: await operator.token() }
   * const { body } = await broker.transport.open(call, AbortSignal.timeout(60_000))
   * ```
   */
  async open(call: Call, signal: AbortSignal): Promise<Response> {
    signal.throwIfAborted()
    const begun = await begin(this.#fetch ?? globalThis.fetch, this.url, call, signal)
    return requireOwn({ ...begun, status: begun.response.status }).response
  }

  async #sendUntilAnswered(
    call: Call,
    { rule, maxRetries, signal, endsAt }: Attempts,
  ): Promise<Answer> {
    const { now, random, sleep } = this.surroundings
    for (let attempt = 0; ; attempt += 1) {
      signal.throwIfAborted()
      try {
        // Looked up now, so that a `fetch` that is replaced later (by a mock, by instrumentation) is the one in use.
        return await exchange(this.#fetch ?? globalThis.fetch, this.url, call, signal)
      } catch (error) {
        if (signal.aborted || attempt >= maxRetries || !mayRetry(rule, error)) throw error
        const pause = pauseBefore(attempt, error, random)
        // An error now is worth more than a timeout later.
        if (now() + pause >= endsAt) throw error
        await sleep(pause, signal)
      }
    }
  }
}

interface Attempts {
  readonly rule: RetryRule
  readonly maxRetries: number
  readonly signal: AbortSignal
  readonly endsAt: number
}

// No broker redirects, and a credential follows nobody elsewhere.
function requireOwn<Own extends Pick<Answer, 'status' | 'request' | 'requestId'>>(
  answer: Own,
): Own {
  if (answer.status >= 200 && answer.status < 300) return answer
  throw new TransportError('the answer is a redirect, which is not followed', answer)
}

// Messages here do not quote the URL: it may hold a password.
function toBaseUrl(given: string | URL): string {
  if (!URL.canParse(String(given))) throw new TypeError('the URL of the broker is not a URL')
  const url = new URL(given)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError('the URL of the broker must begin with http:// or https://')
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError('the URL of the broker must hold no user, password, query or fragment')
  }
  return url.href.replace(/\/+$/, '')
}
