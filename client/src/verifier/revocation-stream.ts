import { EventStreamReader, readRevocationEvent } from '@agentwrit/protocol'
import type { RevocationStreamEvent } from '@agentwrit/protocol'
import { TransportError } from '../errors.ts'

/**
 * The events of a revocation stream, and undefined for one that cannot be relied on. `heard` is called for whatever comes.
 * Throws when it is no such stream, or breaks.
 */
export async function* readRevocationStream(
  { body, headers, url }: Response,
  heard: () => void,
): AsyncGenerator<RevocationStreamEvent | undefined, void> {
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'text/event-stream' || body === null) {
    await body?.cancel()
    throw new TransportError('the answer is no event stream', { request: { method: 'GET', url } })
  }
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const events = new EventStreamReader()
  const reader = body.getReader()
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      heard()
      for (const event of events.read(decoder.decode(read.value, { stream: true })))
        yield readRevocationEvent(event)
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
