import type { FastifyReply } from 'fastify'
import { Fault } from '../domain/fault.ts'

/** Milliseconds between two looks for overdue requests. */
const LOOK = 500

interface Entry {
  readonly reply: FastifyReply
  readonly startedAt: number
}

/**
 * The requests that have not been answered yet, oldest first. One timer for all of them: Fastify's own `handlerTimeout` no
 * longer fires once a body has been read, and a timer for each would cost more than a check of a token.
 */
export class RequestsUnderWay {
  readonly #entries = new Map<FastifyReply['raw'], Entry>()
  readonly #ended: (reply: FastifyReply, seconds: number) => void
  readonly #timeout: number
  readonly #onClose: (this: FastifyReply['raw']) => void
  #look: NodeJS.Timeout | undefined

  /**
   * `ended` is told when the answer has gone out or the client has gone away. `timeout`: milliseconds after which a
   * request is answered 503, whatever it is waiting for.
   */
  constructor(ended: (reply: FastifyReply, seconds: number) => void, timeout: number) {
    this.#ended = ended
    this.#timeout = timeout
    // oxlint-disable-next-line no-this-alias -- one listener for all, which Node calls on the response
    const all = this
    this.#onClose = function () {
      all.#end(this)
    }
  }

  begin(reply: FastifyReply): void {
    this.#entries.set(reply.raw, { reply, startedAt: performance.now() })
    reply.raw.on('close', this.#onClose)
    this.#look ??= setInterval(() => this.#refuseOverdue(), LOOK).unref()
  }

  #end(raw: FastifyReply['raw']): void {
    const entry = this.#entries.get(raw)
    if (entry === undefined) return
    this.#entries.delete(raw)
    this.#ended(entry.reply, (performance.now() - entry.startedAt) / 1000)
  }

  #refuseOverdue(): void {
    const latest = performance.now() - this.#timeout
    for (const { reply, startedAt } of this.#entries.values()) {
      if (startedAt > latest) return
      if (!reply.sent) reply.send(tooSlow(reply.request.method))
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
