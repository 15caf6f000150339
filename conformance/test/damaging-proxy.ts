import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** One request and the answer to it, as text. */
export interface Exchange {
  /** Method and path. */
  readonly asked: string
  /** Everything that the client sent. */
  readonly request: string
  readonly status: number
  readonly headers: string
  readonly body: string
}

/** What becomes of an answer; it may remember what it has seen. */
export type Damage = (exchange: Exchange) => Partial<Pick<Exchange, 'status' | 'headers' | 'body'>>

export interface DamagingProxy extends AsyncDisposable {
  readonly url: string
}

/** Passes every byte on to the broker, and every answer of it through the damage. Nobody pipelines here. */
export async function damagingProxy(target: string, damage: Damage): Promise<DamagingProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const broker = connect(Number(port), hostname)
    for (const socket of [client, broker]) {
      sockets.add(socket.setEncoding('latin1').on('error', () => undefined))
    }
    passOn(client, broker, damage)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the proxy does not listen')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function passOn(client: Socket, broker: Socket, damage: Damage): void {
  let request = ''
  let received = ''
  client.on('data', (text) => {
    request += String(text)
    broker.write(String(text), 'latin1')
  })
  client.on('close', () => broker.destroy())
  broker.on('data', (text) => {
    received += String(text)
    const exchange = read(request, received)
    if (exchange === undefined) return
    client.write(write({ ...exchange, ...damage(exchange) }), 'latin1')
    request = ''
    received = ''
  })
  broker.on('close', () => client.end())
}

function read(request: string, received: string): Exchange | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const asked = request.split(' ', 2).join(' ')
  const statusLine = received.slice(0, received.indexOf('\r\n'))
  const headers = received.slice(statusLine.length + 2, end)
  const length = Number(/^content-length: (\d+)$/im.exec(headers)?.[1] ?? 0)
  const body = received.slice(end + 4)
  if (!asked.startsWith('HEAD ') && body.length < length) return undefined
  return { asked, request, status: Number(statusLine.split(' ')[1]), headers, body }
}

function write({ asked, status, headers, body }: Exchange): string {
  const sized = asked.startsWith('HEAD ')
    ? headers
    : headers.replace(/^content-length: \d+$/im, `content-length: ${body.length}`)
  return `HTTP/1.1 ${status} Damaged\r\n${sized}\r\n\r\n${body}`
}
