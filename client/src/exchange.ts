// One request and its answer: no retries, no state. Every way in which `fetch` can fail leaves here as an error of ours.
import { TransportError } from './errors.ts'
import type { FailedRequest } from './errors.ts'
import { toProblemError } from './problem.ts'
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
  /** Resumes an event stream behind this event. */
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

export async function exchange(
  fetchNow: typeof fetch,
  baseUrl: string,
  call: Call,
  signal: AbortSignal,
): Promise<Answer> {
  const { response, ...context } = await begin(fetchNow, baseUrl, call, signal)
  return { status: response.status, text: await readText(response, context), ...context }
}

/** An answer that is no error, with its body still to come. */
export interface Begun {
  readonly response: Response
  readonly request: FailedRequest
  readonly requestId: string | undefined
}

export async function begin(
  fetchNow: typeof fetch,
  baseUrl: string,
  call: Call,
  signal: AbortSignal,
): Promise<Begun> {
  const request: FailedRequest = { method: call.method, url: baseUrl + call.path }
  const response = await send(fetchNow, request, call, signal)
  const context = { request, requestId: response.headers.get('x-request-id') ?? undefined }
  if (response.status < 400) return { response, ...context }
  const text = await readText(response, context)
  throw toProblemError(response, text, context, secretsOf(call))
}

async function send(
  fetchNow: typeof fetch,
  request: FailedRequest,
  call: Call,
  signal: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': userAgent }
  if (call.bearer !== undefined)
    headers['authorization'] = `Bearer ${requireHeaderSafe(call.bearer)}`
  if (call.idempotencyKey !== undefined)
    headers['idempotency-key'] = requireHeaderSafe(call.idempotencyKey)
  if (call.lastEventId !== undefined) headers['last-event-id'] = call.lastEventId
  if (call.body !== undefined) headers['content-type'] = 'application/json'
  const body = call.body === undefined ? null : JSON.stringify(call.body)
  try {
    return await fetchNow(request.url, {
      method: request.method,
      headers,
      body,
      signal,
      redirect: 'manual',
    })
  } catch (cause) {
    throw new TransportError('the broker cannot be reached', {
      cause,
      request,
      neverSent: wasNeverSent(cause),
    })
  }
}

async function readText(response: Response, context: Omit<Begun, 'response'>): Promise<string> {
  try {
    return await response.text()
  } catch (cause) {
    throw new TransportError('the answer broke off', { cause, ...context })
  }
}

// `fetch` quotes a header that it refuses, and that text would end up in an error.
function requireHeaderSafe(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw new TypeError('a token or key must be non-empty and of visible ASCII characters')
}

function secretsOf({ bearer, idempotencyKey, secrets = [] }: Call): readonly string[] {
  return [...secrets, bearer, idempotencyKey].filter((secret) => secret !== undefined)
}
