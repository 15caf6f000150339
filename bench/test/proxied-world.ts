import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { FaultProxy, type FaultProxyOptions } from '../src/fault-proxy/fault-proxy.ts'

type Answer = (request: Request, response: ServerResponse) => void

interface Request {
  readonly line: string
  readonly body: string
  /** Which connection it came over, from 1. */
  readonly connection: number
}

/** A real server, and a proxy before it; `received` is what reached the server. */
export async function proxiedWorld(
  answer: Answer = echo,
  options: Partial<FaultProxyOptions> = {},
) {
  const received: Request[] = []
  const arrivals: (() => void)[] = []
  const connections = new Map<Socket, number>()
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const connection = connections.get(incoming.socket) ?? connections.size + 1
    connections.set(incoming.socket, connection)
    const line = `${incoming.method} ${incoming.url}`
    const request = { line, body: await text(incoming), connection }
    received.push(request)
    for (const arrived of arrivals.splice(0)) arrived()
    answer(request, outgoing)
  }
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const proxy = await FaultProxy.start({ target, ...options })
  const stopServer = async () => {
    server.closeAllConnections()
    if (server.listening) await once(server.close(), 'close')
  }
  return {
    proxy,
    received,
    async arrived(count: number) {
      while (received.length < count) await new Promise<void>((done) => arrivals.push(done))
    },
    ask: (path: string, init?: RequestInit) => fetch(proxy.url + path, init),
    stopServer,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await stopServer()
    },
  }
}

export function echo({ line, body }: Request, response: ServerResponse): void {
  response.end(`${line} ${body}`)
}

/** A connection over which anything can be said; resolves to what was received, once the proxy has ended it. */
export function rawSocket(proxy: FaultProxy) {
  const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1')
  let received = ''
  let hasGone = false
  socket.on('data', (bytes) => (received += bytes.toString('latin1')))
  const ended = new Promise<{ received: string; code: string | undefined }>((resolve) => {
    let code: string | undefined
    socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code))
    socket.on('close', () => {
      hasGone = true
      resolve({ received, code })
    })
  })
  return {
    socket,
    ended,
    isOpen: () => !hasGone,
    received: () => received,
    async until(wanted: string) {
      while (!received.includes(wanted)) {
        if (hasGone) throw new Error(`the connection ended before ${wanted}: ${received}`)
        await Promise.race([once(socket, 'data'), ended])
      }
    },
    [Symbol.dispose]: () => void socket.destroy(),
  }
}
