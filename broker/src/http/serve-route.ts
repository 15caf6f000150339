import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import { neighbourhoodOf, sourceNetwork } from '../domain/audit/source-network.ts'
import { Fault } from '../domain/fault.ts'
import { isStillLive } from '../domain/tokens/check-token.ts'
import { authenticate } from './authenticate.ts'
import { unknownPath } from './errors/not-found.ts'
import { EventStream } from './event-stream.ts'
import { originOf } from './origin.ts'
import { RateLimiter } from './limits/rate-limit.ts'
import { RawAnswer } from './raw-answer.ts'
import type { Broker, Route } from './route.ts'
import { sendText } from './send.ts'
import { ignoredWarning, knownMembers } from './body/unknown-members.ts'

/** Hangs a route into Fastify: limit, bearer, body, schemas, handler, answer, in this order. */
export function serveRoute(app: FastifyInstance, route: Route, broker: Broker): void {
  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    schema: schemasOf(route),
    onRequest:
      route.access === undefined
        ? [admit(route, broker)]
        : [admit(route, broker), check(route, broker)],
    preValidation: warnOfIgnored(route),
    handler: respond(route, broker),
  })
}

type Hook = Extract<NonNullable<RouteShorthandOptions['preValidation']>, (...all: never[]) => void>

function schemasOf(route: Route): object {
  const { summary, body, query, params } = route
  const isCompiled = route.answer !== undefined && route.serialise === undefined
  return {
    summary,
    ...(body === undefined ? {} : { body }),
    ...(query === undefined ? {} : { querystring: query }),
    ...(params === undefined ? {} : { params }),
    ...(isCompiled ? { response: { [route.status]: route.answer } } : {}),
  }
}

/** Before anything is read: from here on the request belongs to this route. */
function admit(route: Route, { context }: Broker) {
  const { rateLimit } = route
  const limiter = rateLimit && new RateLimiter(rateLimit, context.clock)
  return (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
    // Fastify lets a parameter be empty; a trailing slash is another path, and nobody's.
    if (route.params !== undefined && hasEmptyValue(request.params)) return done(unknownPath())
    request.route = route
    if (context.live.head.isRegressed && route.isAlwaysServed !== true) return done(regressed())
    const network = sourceNetwork(request.sourceIp)
    const wait = limiter?.take(network, neighbourhoodOf(network)) ?? 0
    if (rateLimit === undefined || wait === 0) return done()
    const { refusal } = rateLimit
    done(new Fault('rate_limited', 'too many attempts', { retryAfter: wait / 1000, refusal }))
  }
}

/** Nothing is decided by a store that is older than what it was. */
function regressed(): Fault {
  const detail = 'the store is not the one that this broker has answered from'
  return new Fault('service_unavailable', detail, { retryAfter: 1 })
}

function hasEmptyValue(params: unknown): boolean {
  return Object.values(params ?? {}).includes('')
}

function check({ access }: Route, { context }: Broker) {
  return async (request: FastifyRequest): Promise<void> => {
    if (access === undefined) return
    request.caller = await authenticate(context, request, access)
  }
}

function warnOfIgnored(route: Route): Hook {
  const knownInBody = knownMembers(route.body)
  const knownInQuery = knownMembers(route.query)
  return (request, reply, done) => {
    const inBody = { given: request.body, known: knownInBody }
    const warning = ignoredWarning(inBody, { given: request.query, known: knownInQuery })
    if (warning !== undefined) reply.header('warning', warning)
    done()
  }
}

function respond(route: Route, broker: Broker) {
  const { context } = broker
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const handled = route.handle(broker, request, originOf(request))
    const value = handled instanceof Promise ? await handled : handled
    if (reply.sent) return
    const { caller } = request
    // Law 4. A change repeats the check of the bearer in its own transaction; a route that only reads repeats it here,
    // in the turn that writes the answer. Who died meanwhile is refused, and audited, as if he came now.
    if (route.method === 'GET' && caller !== undefined && !isStillLive(context, caller)) {
      await refuseDead(route, broker, request)
    }
    if (value instanceof EventStream && caller !== undefined) {
      broker.streams.begin(reply, caller, value)
    } else deliver(route, reply, value)
  }
}

async function refuseDead({ access }: Route, { context }: Broker, request: FastifyRequest) {
  if (access !== undefined) await authenticate(context, request, access)
  throw new Error('a bearer was dead and is alive again')
}

function deliver(route: Route, reply: FastifyReply, value: unknown): void {
  reply.code(route.status)
  if (route.headers !== undefined) reply.headers(route.headers)
  if (route.status === 204) {
    reply.send()
  } else if (value instanceof RawAnswer) {
    reply.headers(value.headers).header('content-type', route.produces ?? 'application/json')
    sendText(reply, value.body)
  } else {
    reply.header('content-type', 'application/json')
    sendText(reply, `${serialise(route, reply, value)}\n`)
  }
}

function serialise(route: Route, reply: FastifyReply, value: unknown): string {
  if (route.serialise !== undefined) return route.serialise(value)
  const text = reply.serialize(value)
  if (typeof text !== 'string') throw new Error('the serialiser made no text')
  return text
}
