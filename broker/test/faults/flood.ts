import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface FloodOptions {
  readonly url: string
  readonly requests: number
  /** The whole request, as it goes over the wire. */
  readonly request: (index: number) => string
  readonly connections?: number
  /** Requests on their way on each connection. */
  readonly depth?: number
}

/** How often each status was answered. */
export type Statuses = Record<string, number>

const mark = 'HTTP/1.1 '

/** As many requests as one process can send: pipelined on a few connections that stay open. */
export async function flood(options: FloodOptions): Promise<Statuses> {
  const { url, requests, request, connections = 8, depth = 32 } = options
  const { hostname, port } = new URL(url)
  const statuses: Statuses = {}
  let sent = 0
  const take = (room: number): string[] => {
    const first = sent
    sent = Math.min(requests, first + room)
    return Array.from({ length: sent - first }, (_, index) => request(first + index))
  }
  const runConnection = async () => {
    const socket = connect(Number(port), hostname).setNoDelay(true)
    await once(socket, 'connect')
    await keepAsking(socket, { depth, take, statuses })
    socket.destroy()
  }
  await Promise.all(Array.from({ length: connections }, runConnection))
  return statuses
}

export function getRequest(path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: broker.test\r\n\r\n`
}

export function postRequest(path: string, body: unknown, headers = ''): string {
  const text = JSON.stringify(body)
  const length = Buffer.byteLength(text)
  return `POST ${path} HTTP/1.1\r\nhost: broker.test\r\n${headers}content-length: ${length}\r\n\r\n${text}`
}

/** Resolves when `take` gives nothing more and everything sent is answered. */
function keepAsking(socket: Socket, { depth, take, statuses }: KeepAsking): Promise<void> {
  return new Promise((resolve, reject) => {
    let waiting = 0
    let rest = ''
    const ask = () => {
      const requests = take(depth - waiting)
      waiting += requests.length
      if (requests.length > 0) socket.write(requests.join(''))
      else if (waiting === 0) resolve()
    }
    socket.on('data', (chunk: Buffer) => {
      const text = rest + chunk.toString('latin1')
      let place = text.indexOf(mark)
      let end = 0
      while (place !== -1 && place + mark.length + 3 <= text.length) {
        end = place + mark.length + 3
        const status = text.slice(place + mark.length, end)
        statuses[status] = (statuses[status] ?? 0) + 1
        waiting -= 1
        place = text.indexOf(mark, end)
      }
      // What may be the beginning of the next status line.
      rest = text.slice(Math.max(end, text.length - mark.length - 2))
      if (waiting <= depth / 2) ask()
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`closed with ${waiting} requests unanswered`)))
    ask()
  })
}

interface KeepAsking {
  readonly depth: number
  readonly take: (room: number) => string[]
  readonly statuses: Statuses
}
