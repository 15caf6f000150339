import type { FastifyReply } from 'fastify'
import type { Context } from '../../domain/context.ts'
import { Fault } from '../../domain/fault.ts'
import type { Caller } from '../../domain/identity/caller.ts'
import { isStillLive } from '../../domain/tokens/check-token.ts'
import type { EventStream } from '../event-stream.ts'
import { contractStreamLimits, StreamWriter, type StreamLimits } from './stream-writer.ts'

/** Streams at a time (contract 1.9): of this broker, and of one `sub`. */
const MOST = 1000
const MOST_OF_ONE = 10

/** Milliseconds between two looks at bearers and silence. */
const LOOK = 1000

interface OpenStream {
  readonly caller: Caller
  readonly writer: StreamWriter
  readonly abort: AbortController
}

export interface OpenStreamsParts {
  readonly context: Context
  /** From here on the request is no longer one that has to be answered in time. */
  readonly exempt: (raw: FastifyReply['raw']) => void
  readonly limits?: StreamLimits | undefined
}

/**
 * The event streams that are open. Law 4: a stream says nothing to a bearer that is dead, tested in the turn that writes,
 * and it ends then; law 7: there are only so many.
 */
export class OpenStreams {
  readonly #parts: OpenStreamsParts
  readonly #open = new Set<OpenStream>()
  #look: NodeJS.Timeout | undefined
  #isDraining = false

  constructor(parts: OpenStreamsParts) {
    this.#parts = parts
  }

  /** Takes the answer over: it begins now, and ends some day. */
  begin(reply: FastifyReply, caller: Caller, { source }: EventStream): void {
    this.#requireRoom(caller)
    const { limits = contractStreamLimits, exempt } = this.#parts
    const { raw } = reply.hijack()
    const writer = new StreamWriter(raw, limits)
    if (reply.request.raw.method === 'HEAD') {
      raw.writeHead(200, headersOf(reply)).end()
      return
    }
    exempt(raw)
    const stream = { caller, writer, abort: new AbortController() }
    this.#add(stream)
    raw.once('close', () => this.#remove(stream))
    writer.begin(headersOf(reply))
    void this.#run(stream, source(stream.abort.signal))
  }

  /** Ends the streams of dead bearers: to be called when somebody may have died. */
  sweep(): void {
    for (const stream of this.#open) {
      if (this.#mayGoOn(stream)) stream.writer.breakSilence()
      else this.#end(stream)
    }
  }

  /** The broker stops: all of them end, and no other begins. */
  endAll(): void {
    this.#isDraining = true
    for (const stream of this.#open) this.#end(stream)
  }

  #requireRoom({ claims: { sub } }: Caller): void {
    const own = [...this.#open].filter(({ caller }) => caller.claims.sub === sub).length
    if (!this.#isDraining && this.#open.size < MOST && own < MOST_OF_ONE) return
    throw new Fault('service_unavailable', 'too many event streams are open', { retryAfter: 1 })
  }

  #add(stream: OpenStream): void {
    this.#open.add(stream)
    this.#look ??= setInterval(() => this.sweep(), LOOK).unref()
  }

  #remove(stream: OpenStream): void {
    stream.abort.abort()
    this.#open.delete(stream)
    if (this.#open.size > 0) return
    clearInterval(this.#look)
    this.#look = undefined
  }

  #end(stream: OpenStream): void {
    this.#remove(stream)
    stream.writer.end()
  }

  #mayGoOn({ caller, abort }: OpenStream): boolean {
    const { context } = this.#parts
    if (abort.signal.aborted || context.live.head.isRegressed) return false
    return isStillLive(context, caller)
  }

  async #run(stream: OpenStream, events: ReturnType<EventStream['source']>): Promise<void> {
    try {
      for await (const event of events) {
        if (!this.#mayGoOn(stream)) break
        await stream.writer.send(event)
      }
    } catch (cause) {
      const { log } = this.#parts.context
      log.warn({ err: cause, request_id: stream.caller.origin.requestId }, 'an event stream failed')
    } finally {
      this.#end(stream)
    }
  }
}

function headersOf(reply: FastifyReply): Record<string, string> {
  const headers = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)])
  return Object.fromEntries([...headers, ['content-type', 'text/event-stream']])
}
