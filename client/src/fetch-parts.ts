import type { Body, Outgoing } from './redirect.ts'

/** A call of `fetch`, taken apart so that it can be sent more than once. */
export interface FetchParts {
  readonly outgoing: Outgoing
  readonly redirect: Request['redirect']
  readonly signal: AbortSignal | null
  /** All else. */
  readonly init: RequestInit
}

/**
 * Takes a call of `fetch` apart. The URL is read once, by whoever decides about it. Throws a TypeError for a header
 * `Authorization` of the caller's own, which would be lost or be sent in the place of the token, and for `Host`, by which a
 * `fetch` may choose who is spoken to and whose certificate is believed.
 */
export async function toFetchParts(
  input: string | URL | Request,
  init: RequestInit,
  toUrl: (text: string) => URL,
): Promise<FetchParts> {
  const url = toUrl(toText(input))
  const request = isRequest(input) ? input : undefined
  const headers = toHeaders(init.headers ?? request?.headers)
  const method = toMethod(init.method ?? request?.method)
  const body = init.body ?? (await bodyOf(request))
  const settings = { ...settingsOf(request), ...init }
  return {
    outgoing: { url, method, headers, body },
    redirect: settings.redirect ?? 'follow',
    signal: (init.signal === undefined ? request?.signal : init.signal) ?? null,
    init: settings,
  }
}

// By what it has: there is more than one class of this name.
function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'headers' in input
}

function toText(input: string | URL | Request): string {
  if (typeof input === 'string') return input
  return isRequest(input) ? input.url : input.href
}

function toHeaders(given: RequestInit['headers']): Headers {
  const headers = new Headers(given)
  if (headers.has('authorization'))
    throw new TypeError('the header Authorization is for the token of the agent')
  if (headers.has('host')) throw new TypeError('the header Host is for the origin of the URL alone')
  return headers
}

// As the Fetch standard normalizes them; others are case-sensitive.
function toMethod(method = 'GET'): string {
  const upper = method.toUpperCase()
  return ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'].includes(upper) ? upper : method
}

/** Firefox does not show the body of a request as a stream. */
async function bodyOf(request: Request | undefined): Promise<Body | null> {
  if (request === undefined) return null
  const body: ReadableStream<Uint8Array> | null | undefined = request.body
  if (body !== undefined) return body
  const bytes = await request.arrayBuffer()
  return bytes.byteLength === 0 ? null : bytes
}

function settingsOf(request: Request | undefined): RequestInit {
  if (request === undefined) return {}
  const { cache, credentials, integrity, keepalive, mode, redirect } = request
  const { referrer, referrerPolicy } = request
  const settings = { cache, credentials, integrity, keepalive, redirect, referrer, referrerPolicy }
  // What only the browser itself may ask for would be refused.
  return { ...settings, ...(mode === 'navigate' ? {} : { mode }) }
}
