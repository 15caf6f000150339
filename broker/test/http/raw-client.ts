import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface RawClient extends Disposable {
  readonly socket: Socket
  send(text: string): void
  /** Everything received until the server closed the connection. */
  closed(): Promise<string>
  /** The next complete answer. */
  answer(): Promise<RawAnswer>
}

export function portOf(app: FastifyInstance): number {
  const address = app.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the app does not listen')
  return address.port
}

/** A client that may say anything: bytes go out and come in as they are. */
export async function rawClient(app: FastifyInstance): Promise<RawClient> {
  const socket = connect({ port: portOf(app), host: '127.0.0.1', allowHalfOpen: true })
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (text) => (received += String(text)))
  // A reset is one of the ways in which a server ends a connection.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const ended = once(socket, 'end').catch(() => undefined)
  const isClosed = once(socket, 'close')
  return {
    socket,
    send: (text) => void socket.write(text, 'latin1'),
    async closed() {
      await Promise.race([ended, isClosed])
      socket.destroy()
      return received
    },
    async answer() {
      for (;;) {
        const complete = takeAnswer(received)
        if (complete !== undefined) {
          received = received.slice(complete.length)
          return complete.answer
        }
        if (socket.destroyed || socket.readableEnded) throw new Error(`no answer in: ${received}`)
        await Promise.race([once(socket, 'data'), ended, isClosed])
      }
    },
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

/** A request without its body. */
export function head(line: string, ...headers: string[]): string {
  return [`${line} HTTP/1.1`, 'Host: broker.test', ...headers, '', ''].join('\r\n')
}

/** The one answer after which the server closed the connection. */
export async function onlyAnswer(client: RawClient): Promise<RawAnswer> {
  const [answer, ...rest] = parseAnswers(await client.closed())
  assert.ok(answer)
  assert.deepEqual(rest, [])
  assert.equal(answer.headers['connection'], 'close')
  return answer
}

export function parseAnswers(received: string): RawAnswer[] {
  const answers: RawAnswer[] = []
  for (let rest = received; rest !== '';) {
    const complete = takeAnswer(rest)
    if (complete === undefined) throw new Error(`no complete answer in: ${rest}`)
    answers.push(complete.answer)
    rest = rest.slice(complete.length)
  }
  return answers
}

function takeAnswer(received: string) {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [statusLine = '', ...lines] = received.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const length = end + 4 + Number(headers['content-length'] ?? 0)
  if (received.length < length) return undefined
  const status = Number(statusLine.split(' ')[1])
  return { length, answer: { status, headers, body: received.slice(end + 4, length) } }
}
