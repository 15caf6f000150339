import type { StreamSource } from '../domain/streams/stream-event.ts'

/** An answer that goes on until the bearer, the broker or the client ends it (contract 1.9). */
export class EventStream {
  readonly source: StreamSource

  constructor(source: StreamSource) {
    this.source = source
  }
}
