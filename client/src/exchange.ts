// One request and its answer: no retries, no state. Every way in which `fetch` can fail leaves here as an error of ours.
import { blot } from './blot.ts'
import { TransportError } from './errors.ts'
import type { FailedRequest } from './errors.ts'
import { requireHeaderSafe } from './header-safe.ts'
import { toProblemError } from './problem.ts'
import { isBrowser } from './runtime.ts'
import { toSafeCause } from './safe-cause.ts'
import { wasNeverSent } from './unsent.ts'
import { userAgent } from './version.ts'

/**
 * A request to a broker, for a route that this version has no method for.
 *
 * @example
 * ```ts
 * const call: Call = { method: 'GET', path: '/v1/agents?limit=10', bearer: await operator.token() }
 * const { text } = await broker.transport.send(call, 'safe')
 * ```
 */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query, already encoded. */
  readonly path: string
  /** Sent as JSON. */
  readonly body?: unknown
  readonly bearer?: string
  /** Names the call, so that the broker knows a repeat of it: 22 to 128 visible ASCII characters from a CSPRNG. */
  readonly idempotencyKey?: string
  /** Where a stream of events is to go on: the id of the last one that was had. */
  readonly lastEventId?: string
  /** Credentials inside the body. Should an answer echo one, or the bearer, it is blotted out of the error. */
  readonly secrets?: readonly string[]
}

/**
 * An answer of a broker that is no error; `text` is its body as it came.
 *
 * @example
 * ```ts
 * const answer: Answer = await broker.transport.send({ method: 'GET', path: '/v1/metrics' }, 'safe')
 * console.log(answer.status, answer.requestId, answer.text.length)
 * ```
 */
export interface Answer {
  /** Below 400; 0 is a redirect that a browser hides. */
  readonly status: number
  readonly text: string
  readonly requestId: string | undefined
  readonly request: FailedRequest
}

/** How a request gets to its broker. */
export interface Way {
  readonly fetchNow: typeof fetch
  readonly baseUrl: string
  readonly signal: AbortSignal
  /** Whether the runtime must not repeat it either. */
  readonly isOneShot: boolean
}

export async function exchange(way: Way, call: Call): Promise<Answer> {
  const opened = await open(way, call, 'application/json')
  const { response, request, requestId } = opened
  const text = await readText(opened, call)
  const { status } = response
  if (status >= 400) throw toProblemError(response, text, { request, requestId }, secretsOf(call))
  return { status, text, requestId, request }
}

/** As `exchange`, with the body of a 200 left to be read: a stream of events. */
export async function openStream(way: Way, call: Call): Promise<OpenAnswer> {
  const opened = await open(way, call, 'text/event-stream')
  const { response, request, requestId } = opened
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (response.status === 200 && isStream) return opened
  const text = await readText(opened, call)
  if (response.status >= 400)
    throw toProblemError(response, text, { request, requestId }, secretsOf(call))
  throw new TransportError('the answer is no stream of events', { request, requestId })
}

/**
 * An answer that is no error, and whose body has not been read yet.
 *
 * @example
 * ```ts
 * const bearer = await operator.token()
 * const opened: OpenAnswer = await broker.transport.open({ method: 'GET', path: '/v1/audit/stream', bearer })
 * console.log(opened.requestId)
 * ```
 */
export interface OpenAnswer {
  readonly response: Response
  readonly requestId: string | undefined
  readonly request: FailedRequest
}

async function open(way: Way, call: Call, accept: string): Promise<OpenAnswer> {
  const { fetchNow, baseUrl, signal, isOneShot } = way
  const request: FailedRequest = { method: call.method, url: baseUrl + call.path }
  const { method, url } = request
  const headers = toHeaders(call, accept)
  const text = call.body === undefined ? null : JSON.stringify(call.body)
  const isStreamed = isOneShot && repeatsByItself && method !== 'GET'
  const sent = isStreamed ? toStream(text) : { body: text }
  try {
    const response = await fetchNow(url, { method, headers, ...sent, signal, redirect: 'manual' })
    const id = response.headers.get('x-request-id')
    const requestId = id === null ? undefined : blot(id, secretsOf(call))
    return { response, request, requestId }
  } catch (error) {
    const cause = toSafeCause(error, secretsOf(call))
    const neverSent = wasNeverSent(error)
    throw new TransportError('the broker cannot be reached', { cause, request, neverSent })
  }
}

// Deno sends a request again, a POST too, when a connection that was used before breaks off; but a stream it cannot. So do
// browsers, where there is no remedy.
const repeatsByItself = 'Deno' in globalThis

function toStream(text: string | null) {
  return { body: new Blob(text === null ? [] : [text]).stream(), duplex: 'half' as const }
}

function toHeaders(call: Call, accept: string): Record<string, string> {
  const headers: Record<string, string> = { accept }
  // A page may not name its program, and a browser that lets it would ask the broker for leave first.
  if (!isBrowser()) headers['user-agent'] = userAgent
  if (call.bearer !== undefined)
    headers['authorization'] = `Bearer ${requireHeaderSafe(call.bearer)}`
  if (call.idempotencyKey !== undefined)
    headers['idempotency-key'] = requireHeaderSafe(call.idempotencyKey)
  if (call.lastEventId !== undefined) headers['last-event-id'] = requireHeaderSafe(call.lastEventId)
  if (call.body !== undefined) headers['content-type'] = 'application/json'
  return headers
}

async function readText({ response, ...about }: OpenAnswer, call: Call): Promise<string> {
  try {
    return await response.text()
  } catch (error) {
    const cause = toSafeCause(error, secretsOf(call))
    throw new TransportError('the answer broke off', { ...about, cause })
  }
}

function secretsOf({ bearer, idempotencyKey, secrets = [] }: Call): readonly string[] {
  // Callers without types may have given anything, which the broker is to refuse.
  return [...secrets, bearer, idempotencyKey].filter((secret) => typeof secret === 'string')
}
