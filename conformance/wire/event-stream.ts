import { setTimeout as pause } from 'node:timers/promises'
import { Answer, toObject, type Json } from './answer.ts'
import type { Broker } from './broker.ts'
import { Nonconformity } from './nonconformity.ts'

export interface StreamEvent {
  readonly event: string
  readonly id: string | undefined
  readonly data: Json
}

export interface EventStream extends AsyncDisposable {
  readonly status: number
  /** Everything received so far. */
  readonly events: readonly StreamEvent[]
  /** The first event that fits, received or still to come. */
  until(fits: (event: StreamEvent) => boolean, what: string): Promise<StreamEvent>
}

/** Opens an event stream (contract 1.9); any status but 200 holds no events. */
export async function openStream(
  broker: Broker,
  path: string,
  bearer: string,
  lastEventId?: string,
): Promise<EventStream> {
  const abort = new AbortController()
  const response = await broker.stream(path, {
    signal: abort.signal,
    headers: {
      Authorization: `Bearer ${bearer}`,
      ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
    },
  })
  const body = response.status === 200 ? '' : await response.text()
  broker.inspector.see(new Answer(`GET ${path}`, response.status, response.headers, body))
  const events: StreamEvent[] = []
  let woken = Promise.withResolvers<void>()
  let isOver = false
  const reading = readEvents(response, (event) => {
    events.push(event)
    woken.resolve()
    woken = Promise.withResolvers()
  })
    .catch(() => undefined)
    .finally(() => (isOver = true))
  return {
    status: response.status,
    events,
    async until(fits, what) {
      const late = Date.now() + patience
      for (;;) {
        const found = events.find(fits)
        if (found !== undefined) return found
        if (Date.now() > late || isOver) throw new Nonconformity(`${path} does not tell ${what}`)
        await Promise.race([woken.promise, pause(100)])
      }
    },
    async [Symbol.asyncDispose]() {
      abort.abort()
      await reading
    },
  }
}

/** A change is on the stream within a second of its commit, `fresh` every second. */
const patience = 5000

async function readEvents(response: Response, tell: (event: StreamEvent) => void): Promise<void> {
  if (response.status !== 200 || response.body === null) return
  let pending = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (pending + text).split('\n\n')
    pending = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = readEvent(block)
      if (event !== undefined) tell(event)
    }
  }
}

/** A block without data is a comment, or `retry`. */
function readEvent(block: string): StreamEvent | undefined {
  const fields = new Map(block.split('\n').map(toField))
  const data = fields.get('data')
  if (data === undefined) return undefined
  const value: unknown = JSON.parse(data)
  return { event: fields.get('event') ?? 'message', id: fields.get('id'), data: toObject(value) }
}

function toField(line: string): [string, string] {
  const colon = line.indexOf(':')
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
}
