import { EventStreamReader } from '@agentwrit/protocol'
import type { ServerSentEvent } from '@agentwrit/protocol'
import { TimeoutError, TransportError } from './errors.ts'
import type { AgentWritError } from './errors.ts'
import type { OpenAnswer } from './exchange.ts'
import type { CallOptions } from './options.ts'
import { mayRetry, pauseBefore } from './retry.ts'
import { toSafeCause } from './safe-cause.ts'
import type { StandingSession } from './standing-session.ts'
import type { Transport } from './transport.ts'

/** Milliseconds: three of the signs of life that a broker gives every 15 s (contract 1.9). */
const longestSilence = 45_000

interface Followed {
  readonly transport: Transport
  readonly session: StandingSession
  readonly path: string
  /** The id of the event to begin behind. */
  readonly after: string | undefined
}

/** The events of a stream that is opened again whenever it ends, behind the last event that was had (contract 1.9). */
export async function* followStream(
  { transport, session, path, after }: Followed,
  options: CallOptions,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const { surroundings, logger } = transport
  const { signal = new AbortController().signal, maxRetries = Infinity } = options
  let lastEventId = after
  let failures = 0
  for (;;) {
    const begin = surroundings.now()
    let error: AgentWritError | undefined
    try {
      const place = lastEventId === undefined ? {} : { lastEventId }
      const opened = await session.open({ method: 'GET', path, ...place }, options)
      for await (const event of readEvents(opened, transport)) {
        failures = 0
        lastEventId = event.id ?? lastEventId
        yield event
      }
    } catch (thrown) {
      signal.throwIfAborted()
      if (!isWorthAnother(thrown)) throw thrown
      error = thrown
    }
    signal.throwIfAborted()
    failures = surroundings.now() - begin >= longestSilence ? 1 : failures + 1
    if (failures > maxRetries) throw error ?? new TransportError('the stream has ended')
    const pause = pauseBefore(Math.min(failures - 1, mostDoublings), error, surroundings.random)
    logger.warn('a stream has ended and is opened again', { path, lastEventId, error, pause })
    await surroundings.sleep(pause, signal)
  }
}

// Beyond that the longest pause is reached.
const mostDoublings = 10

function isWorthAnother(error: unknown): error is AgentWritError {
  return error instanceof TimeoutError || mayRetry('safe', error)
}

async function* readEvents(
  { response, request, requestId }: OpenAnswer,
  { surroundings }: Transport,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const bytes = response.body?.getReader()
  if (bytes === undefined) return
  const events = new EventStreamReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const giveUp = surroundings.wakeAfter(longestSilence, () => void bytes.cancel())
      const { done, value } = await bytes.read().finally(giveUp)
      if (done) return
      yield* events.read(decoder.decode(value, { stream: true }))
    }
  } catch (error) {
    if (error instanceof RangeError) throw error
    const cause = toSafeCause(error, [])
    throw new TransportError('the stream broke off', { cause, request, requestId })
  } finally {
    await bytes.cancel().catch(() => undefined)
  }
}
