import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** What went over the wire, header by header: `fetch` would join two headers of one name. */
export interface RawRequest {
  readonly method: string
  readonly url: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body?: string
}

export async function ask({ method, url, headers, body = '' }: RawRequest): Promise<Response> {
  const length = ['content-length', String(Buffer.byteLength(body))]
  const outgoing = request(url, {
    method,
    agent: false,
    headers: ['host', new URL(url).host, 'connection', 'close', ...length, ...headers],
  })
  outgoing.end(body)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  const bytes = await buffer(incoming)
  const { statusCode: status = 0, rawHeaders } = incoming
  const answered = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2)
    answered.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
  return new Response([204, 304].includes(status) ? null : new Uint8Array(bytes), {
    status,
    headers: answered,
  })
}
