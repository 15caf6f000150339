import type { FastifyReply } from 'fastify'
import type { Log } from '../../domain/surroundings.ts'
import type { Metrics } from '../state/metrics.ts'
import { routeOf, UNMATCHED } from '../origin.ts'

export interface Observers {
  readonly log: Log
  readonly metrics: Metrics
}

/** What a request is recorded as whose client went away before there was an answer: Node's default would be a success. */
const ABORTED = 499

/** One record and one measurement of a request whose answer has gone out, or whose client has gone away. */
export function recordAnswer(
  { log, metrics }: Observers,
  { request, raw }: Pick<FastifyReply, 'request' | 'raw'>,
  { seconds, isOpenEnded }: { readonly seconds: number; readonly isOpenEnded: boolean },
): void {
  const route = routeOf(request)
  const status = raw.headersSent ? raw.statusCode : ABORTED
  // How long somebody has listened says nothing about how fast the broker answers.
  if (!isOpenEnded) metrics.answered(route, status, seconds)
  log.info(
    {
      request_id: request.id,
      method: request.raw.method,
      route,
      status,
      duration_ms: Math.round(seconds * 1e6) / 1e3,
      client: request.sourceIp,
    },
    'request',
  )
}

/** The same for what never became a request: it has no method, and nobody knows when it began. */
export function recordBroken(
  { log, metrics }: Observers,
  { requestId, status, client }: BrokenAnswer,
): void {
  metrics.answered(UNMATCHED, status, 0)
  log.info({ request_id: requestId, route: UNMATCHED, status, client }, 'request')
}

export interface BrokenAnswer {
  readonly requestId: string
  readonly status: number
  /** The socket's peer: no header could be believed. */
  readonly client: string
}
