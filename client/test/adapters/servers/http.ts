import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { listen } from '../../listen.ts'
import type { RecordServer } from '../conformance.ts'
import { ask } from '../raw-request.ts'

/** A server on the loopback interface with one route, `GET /records/:id`. */
export async function serveRecords(listener: RequestListener): Promise<RecordServer> {
  const server = await listen(createServer(listener))
  return {
    async ask(id, authorization) {
      const headers = authorization.flatMap((value) => ['authorization', value])
      const path = `/records/${encodeURIComponent(id).replaceAll('*', '%2A')}`
      const response = await ask({ method: 'GET', url: server.url + path, headers })
      const isJson = response.headers.get('content-type')?.includes('json') === true
      const body: unknown = await (isJson ? response.json() : response.text())
      return { status: response.status, headers: response.headers, body }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
