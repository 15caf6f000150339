import { formatServerSentEvent } from '@agentwrit/protocol'
import type { FastifyReply } from 'fastify'
import type { StreamEvent } from '../../domain/streams/stream-event.ts'

type RawReply = FastifyReply['raw']

export interface StreamLimits {
  /** Bytes that a client may be behind with what has just happened. */
  readonly behind: number
  /** Milliseconds of silence after which a comment shows that the stream lives. */
  readonly silence: number
}

/** Contract 1.9. */
export const contractStreamLimits: StreamLimits = { behind: 1024 * 1024, silence: 15_000 }

/** The body of one event stream, on its way to one client. */
export class StreamWriter {
  readonly #raw: RawReply
  readonly #limits: StreamLimits
  #lastWrite = performance.now()

  constructor(raw: RawReply, limits: StreamLimits) {
    this.#raw = raw
    this.#limits = limits
  }

  begin(headers: Readonly<Record<string, string>>): void {
    this.#raw.writeHead(200, headers)
    this.#write('retry: 2000\n\n')
  }

  /** Resolves when the client can take more, or never will. */
  async send(event: StreamEvent): Promise<void> {
    this.#write(formatServerSentEvent(event))
    if (event.isNews) {
      if (this.#raw.writableLength > this.#limits.behind) this.cutOff()
    } else if (this.#raw.writableNeedDrain) await this.#drained()
  }

  /** Shows that the stream lives, if nothing has for a while. */
  breakSilence(): void {
    const isSilent = performance.now() - this.#lastWrite >= this.#limits.silence
    if (isSilent && !this.#raw.writableNeedDrain) this.#write(':\n\n')
  }

  /** What has been written still reaches the client, unless it does not read. */
  end(): void {
    if (this.#raw.writableNeedDrain) this.cutOff()
    else this.#raw.end()
  }

  cutOff(): void {
    this.#raw.destroy()
  }

  #write(text: string): void {
    this.#lastWrite = performance.now()
    this.#raw.write(text)
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        this.#raw.off('drain', settle).off('close', settle)
        resolve()
      }
      if (this.#raw.destroyed) resolve()
      else this.#raw.once('drain', settle).once('close', settle)
    })
  }
}
