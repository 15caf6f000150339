import type { FastifyInstance } from 'fastify'
import type { Socket } from 'node:net'
import type { Readiness } from '../state/readiness.ts'
import { type TlsMaterial, tlsOptions } from './tls.ts'

/** How long slow and idle clients are waited for, in milliseconds. */
export interface Timeouts {
  readonly header: number
  /** Header and body together. */
  readonly request: number
  readonly response: number
  readonly idle: number
}

/** Contract 1.1 and 6.3. */
export const contractTimeouts: Timeouts = {
  header: 5000,
  request: 15_000,
  response: 30_000,
  idle: 120_000,
}

const MAX_HEADER_BLOCK = 65_536
const MAX_CONNECTIONS = 10_000

/** Milliseconds that requests under way have at shutdown. */
const DRAIN = 10_000

export function serverOptions(tls: TlsMaterial | undefined, timeouts: Timeouts) {
  const server = {
    headersTimeout: timeouts.header,
    maxHeaderSize: MAX_HEADER_BLOCK,
    // At the default of 30 s no header timeout holds.
    connectionsCheckingInterval: 500,
    // Node's own answer would lack our headers; the pipeline looks for itself.
    requireHostHeader: false,
    // Node would silently drop the second Host or Authorization; joined they are refused (RFC 9110 section 5.3).
    joinDuplicateHeaders: true,
  }
  return {
    ...(tls === undefined ? { http: server } : { https: { ...server, ...tlsOptions(tls) } }),
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.idle,
    connectionTimeout: timeouts.idle,
  }
}

/** Begins to serve; resolves to the port. `localhost` is 127.0.0.1: one socket, with one set of limits. */
export async function listen(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  app.server.maxConnections = MAX_CONNECTIONS
  await app.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port })
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/** Takes no new connection, lets requests under way finish, and cuts off what is left after the drain. */
export async function stopListening(
  app: FastifyInstance,
  readiness: Readiness,
  drain: number = DRAIN,
): Promise<void> {
  readiness.drain()
  const { server } = app
  const limit = setTimeout(() => server.closeAllConnections(), drain)
  // A connection whose last answer goes out meanwhile would otherwise stay open until it is idle for too long.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  try {
    await app.close()
  } finally {
    clearTimeout(limit)
    clearInterval(sweep)
  }
}

/** Node counts a connection that has not said anything yet as busy; at the end nobody waits for it. */
export function dropSilentWhenClosing(app: FastifyInstance): void {
  const connections = new Set<Socket>()
  app.server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  app.addHook('preClose', (done) => {
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
    done()
  })
}
