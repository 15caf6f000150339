import type { ServerSentEvent } from '@agentwrit/protocol'

/** An event on its way to a client. */
export interface StreamEvent extends ServerSentEvent {
  /** It has just happened, so that nobody waits for slow clients; what is older goes out at their pace. */
  readonly isNews: boolean
}

/** Ends by itself when the broker can not know what is true; `signal` tells that nobody listens any more. */
export type StreamSource = (signal: AbortSignal) => AsyncGenerator<StreamEvent, void>
