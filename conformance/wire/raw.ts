import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Answer } from './answer.ts'
import type { Broker } from './broker.ts'
import { Nonconformity } from './nonconformity.ts'

/** Bytes that no HTTP client would send, and the first answer to them. */
export async function askRaw(
  broker: Broker,
  bytes: string,
  waitMilliseconds = 10_000,
): Promise<Answer> {
  const asked = bytes.split(' ', 2).join(' ')
  const socket = connect(new URL(broker.url))
  let received = ''
  try {
    socket.setEncoding('latin1')
    socket.setTimeout(waitMilliseconds, () => socket.destroy())
    socket.on('data', (text) => (received += String(text)))
    const ended = Promise.race([once(socket, 'end'), once(socket, 'close')])
    socket.write(bytes, 'latin1')
    // Every such request asks for the connection to be closed, so its end is the end of the answer.
    await ended
  } catch (error) {
    // A reset after the answer is one of the ways in which a server ends a connection.
    if (received === '') throw new Nonconformity(`${asked} got no answer`, { cause: error })
  } finally {
    socket.destroy()
  }
  const answer = read(asked, received)
  broker.inspector.see(answer)
  return answer
}

/** Request line and headers, as text. */
export function head(line: string, ...headers: string[]): string {
  return [`${line} HTTP/1.1`, 'Host: broker', 'Connection: close', ...headers, '', ''].join('\r\n')
}

function connect({ protocol, hostname, port }: URL): Socket {
  const host = hostname.replaceAll(/[[\]]/g, '')
  if (protocol === 'http:') return connectPlain(Number(port || 80), host)
  return connectTls({ port: Number(port || 443), host, servername: host })
}

function read(asked: string, received: string): Answer {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) throw new Nonconformity(`${asked} got no answer`)
  const [statusLine = '', ...lines] = received.slice(0, end).split('\r\n')
  const headers = new Headers()
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  return new Answer(asked, Number(statusLine.split(' ')[1]), headers, received.slice(end + 4))
}
