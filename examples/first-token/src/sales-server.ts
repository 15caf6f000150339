import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { Broker, covers } from '@agentwrit/client'

const sales: Readonly<Record<string, number>> = { '2026-10': 48_210, '2026-11': 51_977 }

export interface SalesServer extends AsyncDisposable {
  readonly url: string
}

/** A server with something worth reading: it asks the broker about every token that it is shown. */
export async function startSalesServer(brokerUrl: string): Promise<SalesServer> {
  const broker = new Broker(brokerUrl)
  const server = createServer((incoming, outgoing) => {
    void answer(broker, incoming).then(({ status, body }) =>
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    )
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

interface SalesAnswer {
  readonly status: number
  readonly body: unknown
}

async function answer(
  broker: Broker,
  { url = '', headers }: IncomingMessage,
): Promise<SalesAnswer> {
  const month = url.replace('/sales/', '')
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  // Whatever goes wrong while asking, the broker unreachable included, is a no.
  const result =
    token === undefined ? undefined : await broker.validate(token).catch(() => undefined)
  if (!result?.valid) return { status: 401, body: { error: 'a valid token is needed' } }
  const needed = `read:sales:${month}`
  if (!result.claims.scope.some((held) => covers(held, needed))) {
    return { status: 403, body: { error: `the token does not cover ${needed}` } }
  }
  return { status: 200, body: { month, total: sales[month] } }
}
