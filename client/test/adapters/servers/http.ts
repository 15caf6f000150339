import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RecordServer } from '../conformance.ts'
import { ask } from '../raw-request.ts'

/** A server on the loopback interface with one route, `GET /records/:id`. */
export async function serveRecords(listener: RequestListener): Promise<RecordServer> {
  const server = await listen(listener)
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

export interface Listening extends AsyncDisposable {
  readonly url: string
}

export async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
