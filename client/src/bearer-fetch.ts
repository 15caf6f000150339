import type { AgentOptions } from './agent-options.ts'
import { requireAllowed, requireOrigins } from './allowed-origins.ts'
import { TransportError } from './errors.ts'
import { toFetchParts } from './fetch-parts.ts'
import type { FetchParts } from './fetch-parts.ts'
import { requireHeaderSafe } from './header-safe.ts'
import { follow, isRedirect, isReplayable } from './redirect.ts'
import type { Outgoing } from './redirect.ts'
import { toSafeCause } from './safe-cause.ts'
import type { TokenKeeper } from './token-keeper.ts'
import { wasNeverSent } from './unsent.ts'

const mostRedirects = 5

/**
 * `fetch` with an agent's token. Laws: the token goes to origins that were named and to nobody else, whatever the URL and
 * the answers say; no error shows it.
 */
export class BearerFetch {
  readonly #keeper: TokenKeeper
  readonly #origins: ReadonlySet<string>
  readonly #fetch: typeof fetch | undefined

  constructor(keeper: TokenKeeper, options: AgentOptions) {
    this.#keeper = keeper
    this.#origins = requireOrigins(options)
    this.#fetch = options.fetch
  }

  async fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const parts = await toFetchParts(input, init, (text) => requireAllowed(text, this.#origins))
    let wanted: Outgoing = parts.outgoing
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#send(wanted, parts)
      const request = toFailed(wanted)
      if (response.redirected)
        throw new TransportError('the fetch of the options follows redirects: it must not', {
          request,
        })
      if (parts.redirect === 'manual' || !isRedirect(response)) return response
      await response.body?.cancel()
      if (parts.redirect === 'error' || redirects === mostRedirects)
        throw new TransportError('the answer is one redirect too many', { request })
      wanted = follow(wanted, response)
    }
  }

  /** Sends, and once more with the successor when the token was renewed meanwhile: a 401 has changed nothing. */
  async #send(wanted: Outgoing, parts: FetchParts): Promise<Response> {
    const waiting = parts.signal === null ? {} : { signal: parts.signal }
    const token = await this.#keeper.token(waiting)
    const response = await this.#sendOnce(wanted, parts, token)
    if (response.status !== 401 || !isReplayable(wanted.body)) return response
    const successor = await this.#keeper.successorOf(token, waiting)
    if (successor === undefined) return response
    await response.body?.cancel()
    return this.#sendOnce(wanted, parts, successor)
  }

  async #sendOnce(wanted: Outgoing, parts: FetchParts, token: string): Promise<Response> {
    const { url, method, body } = wanted
    const headers = new Headers(wanted.headers)
    headers.set('authorization', `Bearer ${requireHeaderSafe(token)}`)
    const stream = isReplayable(body) ? {} : ({ duplex: 'half' } as const)
    try {
      // Looked up now, so that a `fetch` that is replaced later (by a mock, by instrumentation) is the one in use.
      const fetchNow = this.#fetch ?? globalThis.fetch
      const init = { ...parts.init, ...stream, method, headers, body, signal: parts.signal }
      return await fetchNow(url.href, { ...init, redirect: 'manual' })
    } catch (error) {
      parts.signal?.throwIfAborted()
      const cause = toSafeCause(error, [token])
      const context = { cause, request: toFailed(wanted), neverSent: wasNeverSent(error) }
      throw new TransportError('the server cannot be reached', context)
    }
  }
}

/** Without the query, which may hold what is nobody's business. */
function toFailed({ method, url }: Outgoing) {
  return { method, url: url.origin + url.pathname }
}
