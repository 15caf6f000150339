import type { FastifyRequest } from 'fastify'
import type { Origin } from '../domain/audit/refusal.ts'

/** Route of requests that no route matches, or that were refused before a route was sought. */
export const UNMATCHED = 'unmatched'

/** Where the request came from, as the audit names it. */
export function originOf(request: FastifyRequest): Origin {
  return { requestId: request.id, sourceIp: request.sourceIp, route: routeOf(request) }
}

/** Template of the route that was found: never the raw path. */
export function routeOf({ route }: FastifyRequest): string {
  return route === undefined ? UNMATCHED : route.path
}
