// Redirects as the Fetch standard has them (HTTP-redirect fetch), but within one origin alone.
import { parseUrl } from './allowed-origins.ts'
import { OriginDeniedError, TransportError } from './errors.ts'

/** What can be sent as a body; its name differs between runtimes. */
export type Body = NonNullable<RequestInit['body']>

/** What is sent, and can be sent again. */
export interface Outgoing {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  /** Null is no body. */
  readonly body: Body | null
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const ofBody = ['content-encoding', 'content-language', 'content-location', 'content-type']

export function isRedirect({ status, headers, type }: Response): boolean {
  return type === 'opaqueredirect' || (redirects.has(status) && headers.has('location'))
}

/** What a redirect asks for. Throws an `OriginDeniedError` when that is elsewhere, and a `TransportError` when it cannot be done. */
export function follow(sent: Outgoing, { status, headers, type }: Response): Outgoing {
  if (type === 'opaqueredirect')
    throw new TransportError('browsers do not show where a redirect leads: it is not followed')
  const url = parseUrl(headers.get('location') ?? '', sent.url)
  if (url === undefined) throw new TransportError('a redirect leads nowhere')
  const isElsewhere = url.origin !== sent.url.origin || url.protocol !== sent.url.protocol
  if (isElsewhere || url.username !== '' || url.password !== '')
    throw new OriginDeniedError('a redirect to another origin is not followed', url.origin)
  if (becomesGet(status, sent.method))
    return { url, method: 'GET', headers: withoutBody(sent.headers), body: null }
  if (!isReplayable(sent.body))
    throw new TransportError('a redirect asks for a body that was a stream and is gone')
  return { ...sent, url }
}

/** Whether a body is still there after it was sent. A stream is not, and is not kept for the purpose. */
export function isReplayable(body: Body | null): boolean {
  if (body === null || typeof body === 'string') return true
  return !('getReader' in body) && !(Symbol.asyncIterator in body)
}

function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}

function withoutBody(headers: Headers): Headers {
  const rest = new Headers(headers)
  for (const name of [...ofBody, 'content-length']) rest.delete(name)
  return rest
}
