import { fastifySwagger } from '@fastify/swagger'
import type { SettingInfo } from '@agentwrit/protocol'
import { fastify, type FastifyInstance } from 'fastify'
import type { Socket } from 'node:net'
import type { Context } from '../domain/context.ts'
import { recordAnswer } from './server/access-log.ts'
import { beginRequest, findEarlyFault } from './server/begin-request.ts'
import { isDeclaredTooLarge } from './body/body-limit.ts'
import { clientAddressBehind } from './server/client-address.ts'
import { answerClientErrors } from './server/client-error.ts'
import { answerErrors } from './errors/answer-errors.ts'
import {
  contractTimeouts,
  dropSilentWhenClosing,
  serverOptions,
  type Timeouts,
} from './server/listen.ts'
import type { Metrics } from './state/metrics.ts'
import { refuseUnmatched } from './errors/not-found.ts'
import { openapiOptions, openapiText } from './openapi.ts'
import { parseBodies } from './body/parse-bodies.ts'
import type { Readiness } from './state/readiness.ts'
import { requestIdFrom } from './server/request-id.ts'
import type { Broker, Route } from './route.ts'
import { allRoutes } from './routes/index.ts'
import { compilers } from './schemas/compilers.ts'
import { securityHeaders } from './server/security-headers.ts'
import { serveRoute } from './serve-route.ts'
import type { TlsMaterial } from './server/tls.ts'
import { RequestsUnderWay } from './server/under-way.ts'
import { OpenStreams } from './streams/open-streams.ts'
import type { StreamLimits } from './streams/stream-writer.ts'

export interface AppParts {
  readonly context: Context
  readonly readiness: Readiness
  readonly metrics: Metrics
  readonly version: string
  readonly settings: readonly SettingInfo[]
  /** Absent: plain HTTP. */
  readonly tls?: TlsMaterial | undefined
  /** For tests alone: other routes than those of the API, and less patience. */
  readonly routes?: readonly Route[]
  readonly timeouts?: Timeouts
  readonly streamLimits?: StreamLimits
}

/** The pipeline of contract 1.1, outside in: name, observe, limit, headers, route, bearer, scope, principal, handler. */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const { context, version, routes = allRoutes } = parts
  const underWay = watchRequests(parts)
  const app = createServer(parts, underWay)
  parseBodies(app, context.clock)
  app.setErrorHandler(answerErrors(context))
  app.setNotFoundHandler(refuseUnmatched(routes))
  await app.register(fastifySwagger, openapiOptions(version))

  let document: string | undefined
  const openapi = (): string => (document ??= openapiText(app.swagger(), routes))
  const streams = openStreams(app, parts, underWay)
  const broker: Broker = { ...parts, openapi, streams }
  for (const route of routes) serveRoute(app, route, broker)
  await app.ready()
  return app
}

function watchRequests({ context, metrics, timeouts = contractTimeouts }: AppParts) {
  const observers = { log: context.log, metrics }
  return new RequestsUnderWay(
    (reply, ending) => recordAnswer(observers, reply, ending),
    timeouts.response,
  )
}

/** They end when the broker stops, before it waits for what is under way. */
function openStreams(
  app: FastifyInstance,
  { context, streamLimits: limits }: AppParts,
  underWay: RequestsUnderWay,
): OpenStreams {
  const streams = new OpenStreams({ context, exempt: (raw) => underWay.exempt(raw), limits })
  app.addHook('preClose', (done) => {
    streams.endAll()
    done()
  })
  return streams
}

/** Fastify with every path by which an answer can leave it in our hands. */
function createServer(parts: AppParts, underWay: RequestsUnderWay): FastifyInstance {
  const { context, metrics, tls, timeouts = contractTimeouts } = parts
  const observers = { log: context.log, metrics }
  const headers = securityHeaders(tls !== undefined)
  const clientAddress = clientAddressBehind(context.config.trustedProxies)
  const requestId = requestIdFrom(context.random)
  const begin = beginRequest({ underWay, headers, clientAddress })
  const answerError = answerErrors(context)
  const newRequestId = (): string => requestId(undefined)
  const isReceiving = (socket: object): boolean => underWay.isReceiving(socket)
  const answerClientError = answerClientErrors({
    observers,
    headers,
    newRequestId,
    isReceiving,
    clientAddress,
  })

  const app = fastify({
    ...serverOptions(tls, timeouts),
    genReqId: (raw) => requestId(raw.headers['x-request-id']),
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      if (!begin(request, reply)) return
      void answerError(findEarlyFault(request) ?? error, request, reply)
    },
    // Fastify's own answer while it closes is no problem object; requests that come in time are served.
    return503OnClosing: false,
    // Nothing in a path is longer than the header block allows.
    routerOptions: { maxParamLength: 65_536 },
    schemaController: { compilersFactory: compilers },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  }) as FastifyInstance

  app.decorateRequest('sourceIp', '')
  app.decorateRequest('route', undefined)
  app.decorateRequest('caller', undefined)
  app.addHook('onRequest', (request, reply, done) => {
    if (begin(request, reply)) done(findEarlyFault(request))
  })
  answerExpectations(app)
  app.server.on('connect', (_request, socket: Socket) => {
    // Node has let go of it, and nobody would hear that it broke.
    socket.on('error', () => socket.destroy())
    answerClientError(new Error('this is no proxy'), socket)
  })
  dropSilentWhenClosing(app)
  return app
}

/** `Expect` (RFC 9110 section 10.1.1): a body too large is refused before it is sent; what we do not know is ignored. */
function answerExpectations(app: FastifyInstance): void {
  app.server.on('checkContinue', (request, response) => {
    if (!isDeclaredTooLarge(request)) response.writeContinue()
    app.routing(request, response)
  })
  app.server.on('checkExpectation', (request, response) => {
    app.routing(request, response)
  })
}
