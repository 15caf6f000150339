import type { FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../domain/fault.ts'
import { cutOff } from './cut-off.ts'

/** Milliseconds between two looks for overdue requests. */
const LOOK = 500

/** Requests that one connection may wait for at a time (law 7): Node hands over all those of one read at once. */
export const MAX_PIPELINED = 32

type RawRequest = FastifyRequest['raw']

interface Connection {
  unanswered: number
  latest: RawRequest
}

interface Entry {
  readonly reply: FastifyReply
  readonly startedAt: number
  readonly connection: Connection
  /** An event stream, which has all the time it wants. */
  isOpenEnded: boolean
}

/** How a request ended, after how many seconds. */
export type Ended = (reply: FastifyReply, ending: { seconds: number; isOpenEnded: boolean }) => void

/**
 * The requests that have not been answered yet, oldest first. One timer for all of them: Fastify's own `handlerTimeout` no
 * longer fires once a body has been read, and a timer for each would cost more than a check of a token.
 */
export class RequestsUnderWay {
  readonly #entries = new Map<FastifyReply['raw'], Entry>()
  readonly #connections = new WeakMap<object, Connection>()
  readonly #ended: Ended
  readonly #timeout: number
  readonly #onClose: (this: FastifyReply['raw']) => void
  #look: NodeJS.Timeout | undefined

  /**
   * `ended` is told when the answer has gone out or the client has gone away. `timeout`: milliseconds after which a
   * request is answered 503, whatever it is waiting for; who does not take the answer either is cut off.
   */
  constructor(ended: Ended, timeout: number) {
    this.#ended = ended
    this.#timeout = timeout
    // oxlint-disable-next-line no-this-alias -- one listener for all, which Node calls on the response
    const all = this
    this.#onClose = function () {
      all.#end(this)
    }
  }

  /** False when the connection is cut off: nobody would take the answer. */
  begin(reply: FastifyReply): boolean {
    const { raw } = reply.request
    const connection = this.#connectionOf(raw)
    if (connection.unanswered === MAX_PIPELINED) cutOff(raw.socket)
    if (raw.socket.destroyed) return false
    connection.unanswered += 1
    const startedAt = performance.now()
    this.#entries.set(reply.raw, { reply, connection, startedAt, isOpenEnded: false })
    reply.raw.on('close', this.#onClose)
    this.#look ??= setInterval(() => this.#refuseOverdue(), LOOK).unref()
    return true
  }

  /** The answer is an event stream: no time is too long for it. */
  exempt(raw: FastifyReply['raw']): void {
    const entry = this.#entries.get(raw)
    if (entry !== undefined) entry.isOpenEnded = true
  }

  /** Whether a request of this connection has begun and its body has not come to its end. */
  isReceiving(socket: object): boolean {
    return this.#connections.get(socket)?.latest.complete === false
  }

  #connectionOf(latest: RawRequest): Connection {
    const known = this.#connections.get(latest.socket)
    if (known !== undefined) {
      known.latest = latest
      return known
    }
    const connection = { unanswered: 0, latest }
    this.#connections.set(latest.socket, connection)
    return connection
  }

  #end(raw: FastifyReply['raw']): void {
    const entry = this.#entries.get(raw)
    if (entry === undefined) return
    this.#entries.delete(raw)
    entry.connection.unanswered -= 1
    const seconds = (performance.now() - entry.startedAt) / 1000
    this.#ended(entry.reply, { seconds, isOpenEnded: entry.isOpenEnded })
  }

  #refuseOverdue(): void {
    const latest = performance.now() - this.#timeout
    for (const { reply, startedAt, isOpenEnded } of this.#entries.values()) {
      if (startedAt > latest) return
      if (isOpenEnded) continue
      if (!reply.sent) reply.send(tooSlow(reply.request.method))
      // A refusal of ours has until the next look.
      else if (startedAt <= latest - LOOK) reply.request.raw.socket.destroy()
    }
    if (this.#entries.size > 0) return
    clearInterval(this.#look)
    this.#look = undefined
  }
}

/** A change may have been made by now, or may still be. */
function tooSlow(method: string): Fault {
  const isReading = method === 'GET' || method === 'HEAD'
  const hint = isReading ? {} : { hint: 'outcome unknown' }
  return new Fault('service_unavailable', 'the request took too long', { retryAfter: 1, ...hint })
}
