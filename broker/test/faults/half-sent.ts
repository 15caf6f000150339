import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A request that the broker has begun to read and cannot answer yet: the end of its body is missing. */
export interface HalfSent {
  /** Sends what is missing, and then perhaps more requests; resolves to all that is answered until the end of the connection. */
  finish(further?: string): Promise<string>
}

export async function sendHalf(url: string, path: string, body: unknown): Promise<HalfSent> {
  const { hostname, port } = new URL(url)
  const text = JSON.stringify(body)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const head = `POST ${path} HTTP/1.1\r\nhost: broker.test\r\ncontent-length: ${text.length}\r\nexpect: 100-continue\r\n\r\n`
  socket.write(head + text.slice(0, 10))
  // The broker's word that it has read the head.
  await once(socket, 'data')
  return { finish: (further = '') => finish(socket, text.slice(10) + further) }
}

/** Resolves when nobody can connect any more. */
export async function untilRefused(url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  for (;;) {
    const socket = connect(Number(port), hostname)
    const isRefused = await Promise.race([
      once(socket, 'connect').then(() => false),
      once(socket, 'error').then(() => true),
    ]).catch(() => true)
    socket.destroy()
    if (isRefused) return
  }
}

async function finish(socket: Socket, rest: string): Promise<string> {
  let answered = ''
  socket.on('data', (chunk: Buffer) => (answered += chunk.toString('utf8')))
  const closed = once(socket, 'close')
  socket.write(rest)
  await closed
  return answered
}
