// What this server adds to Fastify's requests.
import type { Caller } from '../domain/identity/caller.ts'
import type { Route } from './route.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The client's address after the walk over trusted proxies. */
    sourceIp: string
    /** The route that was found; none for unknown paths and wrong methods. */
    route: Route | undefined
    /** Who asks, on protected routes, once the bearer has been checked. */
    caller: Caller | undefined
  }
}
