import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../domain/surroundings.ts'
import type { Metrics } from './metrics.ts'
import { routeOf } from './origin.ts'

export interface Observers {
  readonly log: Log
  readonly metrics: Metrics
}

/** One record and one measurement per request, made when its answer has gone out or its client has gone away. */
export function observeAnswer(
  { log, metrics }: Observers,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const startedAt = performance.now()
  reply.raw.on('close', () => {
    const seconds = (performance.now() - startedAt) / 1000
    const route = routeOf(request)
    const { statusCode } = reply.raw
    metrics.answered(route, statusCode, seconds)
    log.info(
      {
        request_id: request.id,
        method: request.raw.method,
        route,
        status: statusCode,
        duration_ms: Math.round(seconds * 1e6) / 1e3,
        client: request.sourceIp,
      },
      'request',
    )
  })
}
