import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request as ask } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createSecureContext } from 'node:tls'

/**
 * How a server is known, and how this program shows who it is: PEM texts, as they are in files.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import type { TlsCredentials } from '@agentwrit/client/node'
 *
 * const credentials: TlsCredentials = { ca: await readFile('/etc/agentwrit/ca.pem', 'utf8') }
 * ```
 */
export interface TlsCredentials {
  /** Whom to believe, instead of the authorities that Node knows: one certificate, or several. */
  readonly ca?: string
  /** This program's certificate, with those between it and its authority; goes with `key`. */
  readonly cert?: string
  /** The private key of `cert`. */
  readonly key?: string
  /** The name that the server's certificate must be for, when it is not the one in the URL. */
  readonly serverName?: string
}

/**
 * A `fetch` over TLS 1.2 or newer for servers with a certificate of an authority of your own, or that want one of yours
 * (mutual TLS). For https alone; follows no redirect; a server that cannot be verified is not spoken to. Throws when the
 * credentials are no PEM, or do not belong together.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { tlsFetch } from '@agentwrit/client/node'
 *
 * const [ca, cert, key] = await Promise.all(
 *   ['ca.pem', 'app.pem', 'app.key'].map((name) => readFile(`/etc/agentwrit/${name}`, 'utf8')),
 * )
 * if (ca === undefined || cert === undefined || key === undefined) throw new Error('a file is missing')
 * const broker = new Broker('https://broker.internal', { fetch: tlsFetch({ ca, cert, key }) })
 * ```
 */
export function tlsFetch({ serverName, ...credentials }: TlsCredentials): typeof fetch {
  // Node takes an authority that it cannot read for none at all.
  if (credentials.ca !== undefined) void new X509Certificate(credentials.ca)
  createSecureContext(credentials)
  const name = serverName === undefined ? {} : { servername: serverName }
  const agent = new Agent({ ...credentials, ...name, minVersion: 'TLSv1.2', keepAlive: true })
  return async (input, init) => {
    const request = new Request(input, init)
    if (!request.url.startsWith('https://')) throw new TypeError('this fetch is for https alone')
    try {
      const answer = await send(request, init?.body, agent)
      if (request.redirect === 'manual' || !isRedirect(answer)) return toResponse(answer, request)
      answer.destroy()
      throw new Error('the answer is a redirect, which is not followed')
    } catch (cause) {
      request.signal.throwIfAborted()
      throw new TypeError('fetch failed', { cause })
    }
  }
}

async function send(request: Request, body: unknown, agent: Agent): Promise<IncomingMessage> {
  const { url, method, signal } = request
  const headers = Object.fromEntries(request.headers)
  const outgoing = ask(url, { method, headers, signal, agent })
  const answered: Promise<IncomingMessage[]> = once(outgoing, 'response')
  // Behind the answer, it is the answer that fails.
  outgoing.on('error', () => undefined)
  // A text has a length, and is not sent in chunks.
  if (typeof body === 'string') outgoing.end(body)
  else if (request.body === null) outgoing.end()
  else void pipeline(Readable.fromWeb(request.body), outgoing).catch(() => undefined)
  const [answer] = await answered
  if (answer === undefined) throw new Error('there is no answer')
  return answer
}

function isRedirect({ statusCode = 0, headers }: IncomingMessage): boolean {
  return statusCode >= 300 && statusCode < 400 && headers.location !== undefined
}

function toResponse(answer: IncomingMessage, { method }: Request): Response {
  const { statusCode: status = 0, statusMessage: statusText = '', headersDistinct } = answer
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value)
  const isEmpty = method === 'HEAD' || [204, 205, 304].includes(status)
  if (isEmpty) answer.resume()
  return new Response(isEmpty ? null : Readable.toWeb(answer), { status, statusText, headers })
}
