import { TimeoutError, TransportError } from './errors.ts'
import { exchange, openStream } from './exchange.ts'
import type { Answer, Call, OpenAnswer, Way } from './exchange.ts'
import { toQuietLogger } from './logger.ts'
import type { LogFields, Logger } from './logger.ts'
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
  /** The client's own, made so that it never throws; it may be told more. */
  readonly logger: Logger
  readonly #fetch: typeof fetch | undefined
  readonly #timeout: number
  readonly #maxRetries: number

  /** Throws a TypeError for a URL, and a RangeError for an option, that cannot be used. */
  constructor(url: string | URL, options: ClientOptions = {}) {
    this.url = toBaseUrl(url)
    this.surroundings = { ...realSurroundings, ...options.surroundings }
    this.logger = toQuietLogger(options.logger)
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
   * Opens a stream of events: resolves when it begins, and leaves its body to be read. Only that beginning has a deadline;
   * `signal` ends the stream too. Refusals are as of `send`. Asked once: whoever follows a stream asks again.
   *
   * @example
   * ```ts
   * const bearer = await operator.token()
   * const { response } = await broker.transport.open({ method: 'GET', path: '/v1/audit/stream', bearer })
   * await response.body?.cancel()
   * ```
   */
  async open(call: Call, options: CallOptions = {}): Promise<OpenAnswer> {
    const { surroundings, logger } = this
    const timeout = requireTimeout(options.timeout ?? this.#timeout)
    const deadline = new AbortController()
    const request = { method: call.method, url: this.url + call.path }
    const late = new TimeoutError(`no answer within ${timeout} ms`, { request })
    const stopClock = surroundings.wakeAfter(timeout, () => deadline.abort(late))
    const signals = [deadline.signal, ...(options.signal ? [options.signal] : [])]
    try {
      const opened = await openStream(
        this.#way({ signal: AbortSignal.any(signals), isOneShot: false }),
        call,
      )
      logger.debug('a stream', { ...about(call), requestId: opened.requestId })
      return opened
    } catch (error) {
      options.signal?.throwIfAborted()
      throw deadline.signal.aborted ? late : error
    } finally {
      stopClock()
    }
  }

  async #sendUntilAnswered(
    call: Call,
    { rule, maxRetries, signal, endsAt }: Attempts,
  ): Promise<Answer> {
    const { now, random, sleep } = this.surroundings
    for (let attempt = 0; ; attempt += 1) {
      signal.throwIfAborted()
      try {
        return await this.#sendOnce(call, { signal, isOneShot: rule === 'unsent' })
      } catch (error) {
        if (signal.aborted || attempt >= maxRetries || !mayRetry(rule, error)) throw error
        const pause = pauseBefore(attempt, error, random)
        // An error now is worth more than a timeout later.
        if (now() + pause >= endsAt) throw error
        this.logger.warn('a request has failed and is repeated', { ...about(call), error, pause })
        await sleep(pause, signal)
      }
    }
  }

  async #sendOnce(call: Call, manner: Manner): Promise<Answer> {
    const { now } = this.surroundings
    const begin = now()
    const tell = (fields: LogFields): void =>
      this.logger.debug('a request', { ...about(call), ...fields, milliseconds: now() - begin })
    try {
      const answer = await exchange(this.#way(manner), call)
      tell({ status: answer.status, requestId: answer.requestId })
      return answer
    } catch (error) {
      tell({ error })
      throw error
    }
  }

  #way(manner: Manner) {
    // Looked up now, so that a `fetch` that is replaced later (by a mock, by instrumentation) is the one in use.
    return { fetchNow: this.#fetch ?? globalThis.fetch, baseUrl: this.url, ...manner }
  }
}

type Manner = Pick<Way, 'signal' | 'isOneShot'>

interface Attempts {
  readonly rule: RetryRule
  readonly maxRetries: number
  readonly signal: AbortSignal
  readonly endsAt: number
}

/** Without the query, which may name what is nobody's business. */
function about({ method, path }: Call): LogFields {
  return { method, path: path.replace(/\?.*$/s, '') }
}

// No broker redirects, and a credential follows nobody elsewhere.
function requireOwn(answer: Answer): Answer {
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
