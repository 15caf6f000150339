import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { Broker } from '@agentwrit/client'
import type { Surroundings } from '@agentwrit/client'
import { listen } from './listen.ts'
import type { Listening } from './listen.ts'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown
}

/** What to answer; undefined leaves the client waiting, 'hang up' breaks the connection. */
type Handler = (request: Received, index: number) => Reply | undefined | 'hang up'

/** What a test has its server say; undefined leaves the answer to that server. */
export type Script = (request: Received) => Reply | undefined | 'hang up'

export interface LocalServer extends Listening {
  readonly received: readonly Received[]
}

/** A real HTTP server on the loopback interface that answers by script and remembers what it was asked. */
export async function serve(handle: Handler): Promise<LocalServer> {
  const received: Received[] = []
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = incoming
    const request = { method, path, headers, body: await text(incoming) }
    received.push(request)
    const reply = handle(request, received.length - 1)
    if (reply === 'hang up') incoming.socket.destroy()
    else if (reply !== undefined) write(outgoing, reply)
  }
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing))
  return { ...(await listen(server)), received }
}

function write(outgoing: ServerResponse, { status = 200, headers = {}, body }: Reply): void {
  outgoing.writeHead(status, { 'x-request-id': 'request-1', ...headers })
  outgoing.end(typeof body === 'string' || body === undefined ? body : `${JSON.stringify(body)}\n`)
}

/** Time that stands still but for sleeping, and chance that is always the same. Timers go off when time is advanced. */
export function stillSurroundings(): Surroundings & {
  readonly pauses: number[]
  advance(milliseconds: number): void
  /** How many timers are waiting. */
  waiting(): number
} {
  let now = Date.UTC(2026, 0, 2)
  const pauses: number[] = []
  const timers = new Map<() => void, number>()
  return {
    pauses,
    waiting: () => timers.size,
    wakeAfter: (milliseconds, wake) => {
      const timer = () => wake()
      timers.set(timer, now + milliseconds)
      return () => void timers.delete(timer)
    },
    now: () => now,
    elapsed: () => now,
    random: () => 0.5,
    advance: (milliseconds) => {
      now += milliseconds
      for (const [timer, at] of timers) {
        if (at > now) continue
        timers.delete(timer)
        timer()
      }
    },
    sleep: async (milliseconds) => {
      pauses.push(milliseconds)
      now += milliseconds
    },
  }
}

/** A client of this server, for which time stands still. */
export function toClient({ url }: LocalServer): Broker {
  return new Broker(url, { surroundings: stillSurroundings() })
}

export const callsTo = ({ received }: LocalServer, path: string): readonly Received[] =>
  received.filter((request) => request.path === path)

export const launchTokenMade: Reply = {
  status: 201,
  body: {
    launch_token: 'a'.repeat(64),
    id: '0123456789abcdef',
    expires_at: '2026-01-02T03:04:05Z',
    policy: { allowed_scope: ['read:data:1'], max_ttl: 300, single_use: true },
  },
}

export function problem(status: number, errorCode: string, detail = 'no'): Reply {
  const type = `urn:agentwrit:error:${errorCode}`
  const body = {
    type,
    title: 'Title',
    status,
    detail,
    instance: '/',
    error_code: errorCode,
    request_id: 'request-1',
  }
  return { status, body, headers: { 'content-type': 'application/problem+json' } }
}
