import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { EventStreamReader, type ServerSentEvent } from '@agentwrit/protocol'
import { portOf } from './raw-client.ts'
import type { TestBroker } from '../test-broker.ts'

export interface StreamAsked {
  readonly bearer?: string
  readonly lastEventId?: string
  readonly method?: 'GET' | 'HEAD'
}

/** A client of an event stream over a real socket. */
export interface StreamClient extends Disposable {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Everything received so far, as it came. */
  text(): string
  /** The next event with this name; others before it are passed over. */
  next(name: string): Promise<ServerSentEvent>
  /** The same, read as JSON. */
  nextData(name: string): Promise<Record<string, unknown>>
  /** Resolves when the server has ended the stream, or the connection. */
  ended(): Promise<void>
  /** Takes nothing from the socket any more. */
  pause(): void
}

/** The test broker has to listen: see `listening`. */
export function openStream(
  { broker }: TestBroker,
  path: string,
  asked: StreamAsked,
): Promise<StreamClient> {
  return openStreamAt(portOf(broker.app), path, asked)
}

/** Of a broker that listens there on the loopback interface. */
export async function openStreamAt(
  port: number,
  path: string,
  { bearer, lastEventId, method = 'GET' }: StreamAsked,
): Promise<StreamClient> {
  const headers = {
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  }
  const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  asked.end()
  const [answer]: IncomingMessage[] = await once(asked, 'response')
  assert.ok(answer)
  return clientOf(answer)
}

/** The broker hears of a client that has gone a moment later. */
export async function untilOpened(open: () => Promise<StreamClient>): Promise<StreamClient> {
  for (;;) {
    const stream = await open()
    if (stream.status === 200) return stream
    await stream.ended()
  }
}

/** Of a broker made with `AA_PORT` 0. */
export async function listening(broker: TestBroker): Promise<TestBroker> {
  await broker.broker.listen()
  return broker
}

function clientOf(answer: IncomingMessage): StreamClient {
  const reader = new EventStreamReader()
  const events: ServerSentEvent[] = []
  let received = ''
  const state = { isOver: false }
  let news = Promise.withResolvers<void>()
  const wake = () => {
    news.resolve()
    news = Promise.withResolvers<void>()
  }
  answer.setEncoding('utf8')
  answer.on('data', (text: string) => {
    received += text
    events.push(...reader.read(text))
    wake()
  })
  // A connection that the broker breaks is one of the ways in which a stream ends.
  answer.on('error', () => undefined)
  answer.on('close', () => {
    state.isOver = true
    wake()
  })
  const next = async (name: string): Promise<ServerSentEvent> => {
    for (;;) {
      const event = events.shift()
      if (event?.event === name) return event
      if (event !== undefined) continue
      if (state.isOver) throw new Error(`the stream ended without ${name}`)
      await news.promise
    }
  }
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    text: () => received,
    next,
    nextData: async (name) => {
      const data: unknown = JSON.parse((await next(name)).data)
      assert.ok(typeof data === 'object' && data !== null)
      return { ...data }
    },
    ended: async () => {
      while (!state.isOver) await news.promise
    },
    pause: () => void answer.pause(),
    [Symbol.dispose]: () => void answer.destroy(),
  }
}
