import type { ErrorCode, SettingInfo } from '@agentwrit/protocol'
import type { FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import type { Origin, Refusal } from '../domain/audit/refusal.ts'
import type { Context } from '../domain/context.ts'
import type { Caller } from '../domain/identity/caller.ts'
import type { AttemptLimit } from './limits/attempt-limit.ts'
import type { Access, BearerRule } from './authenticate.ts'
import type { JsonObject } from './body/json-body.ts'
import type { Metrics } from './state/metrics.ts'
import type { RateLimit } from './limits/rate-limit.ts'
import type { EventStream } from './event-stream.ts'
import type { RawAnswer } from './raw-answer.ts'
import type { Readiness } from './state/readiness.ts'
import type { WireSchema } from './schemas/wire-schema.ts'
import type { OpenStreams } from './streams/open-streams.ts'

/** What the routes of one broker answer from. */
export interface Broker {
  readonly context: Context
  readonly readiness: Readiness
  readonly metrics: Metrics
  readonly version: string
  /** For operators: nothing secret is in it. */
  readonly settings: readonly SettingInfo[]
  /** The OpenAPI document of everything that is served. */
  readonly openapi: () => string
  readonly streams: OpenStreams
}

/** One request, as far as a route may know it: checked against the route's schemas. */
export interface Asked<Body, Query, Params, Who> {
  readonly body: Body
  readonly query: Query
  readonly params: Params
  readonly caller: Who
  readonly origin: Origin
  readonly headers: FastifyRequest['headers']
}

/** Who may ask, what shape, what comes back, and which refusals: one route is one of these. */
export interface RouteDefinition<Body, Query, Params, Answer, Bearer> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Template with `{name}` for one segment. */
  readonly path: `/${string}`
  readonly summary: string
  /** Absent: anybody may ask. */
  readonly bearer?: Bearer
  readonly scopes?: readonly [string, ...string[]]
  readonly kinds?: readonly Caller['kind'][]
  /** Also while the store is not the one that this broker has answered from. */
  readonly isAlwaysServed?: boolean
  /** Per client address, tested before the body is read; a refusal is audited. */
  readonly rateLimit?: RateLimit & { readonly refusal: Refusal }
  /** Per account and client address, tested once the body is parsed. */
  readonly attemptLimit?: AttemptLimit
  /** Absent: a body is not read. */
  readonly body?: WireSchema<Body>
  /** A mistake in the body that deserves its own words, looked for before the schema. */
  readonly findMistake?: (body: JsonObject) => string | undefined
  /** No body at all means `{}`. */
  readonly isBodyOptional?: boolean
  readonly query?: WireSchema<Query>
  readonly params?: WireSchema<Params>
  readonly status: 200 | 201 | 204
  /** Absent with 204, and where the handler answers a `RawAnswer` or an `EventStream`. */
  readonly answer?: WireSchema<Answer>
  /** Instead of the serialiser compiled from `answer`. */
  readonly serialise?: (answer: Answer) => string
  /** Content type of a `RawAnswer` or an `EventStream`. */
  readonly produces?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Codes of this route's own; those that every such route can answer are added. */
  readonly errors: readonly ErrorCode[]
  /** The event to be written when body or query do not fit the schemas, where that is audited. */
  readonly refuseInvalid?: (caller: Caller, reason: string) => Refusal
  readonly handle: (
    broker: Broker,
    asked: Asked<Body, Query, Params, Bearer extends BearerRule ? Caller : undefined>,
  ) => Answer | Promise<Answer>
}

/** A route whose types have been checked and are no longer needed. */
export interface Route extends Omit<
  RouteDefinition<unknown, unknown, unknown, unknown, BearerRule>,
  'handle' | 'body' | 'query' | 'params' | 'answer'
> {
  readonly access: Access | undefined
  readonly body: TSchema | undefined
  readonly query: TSchema | undefined
  readonly params: TSchema | undefined
  readonly answer: TSchema | undefined
  readonly handle: (broker: Broker, request: FastifyRequest, origin: Origin) => unknown
}

export function route<
  Body = undefined,
  Query = undefined,
  Params = undefined,
  Answer = void | RawAnswer | EventStream,
  Bearer extends BearerRule | undefined = undefined,
>(definition: RouteDefinition<Body, Query, Params, Answer, Bearer>): Route {
  const { bearer, scopes, kinds } = definition
  const handle: Route['handle'] = (broker, request, origin) =>
    // The casts of this layer: the schemas have been applied, and they equal the types (wire-schema.ts).
    // oxlint-disable-next-line no-unsafe-type-assertion
    definition.handle(broker, {
      body: request.body,
      query: request.query,
      params: request.params,
      caller: request.caller,
      origin,
      headers: request.headers,
    } as Parameters<typeof definition.handle>[1])
  return {
    // oxlint-disable-next-line no-unsafe-type-assertion -- every use of the forgotten types is in `handle`
    ...(definition as unknown as Route),
    access: bearer === undefined ? undefined : { bearer, scopes, kinds },
    handle,
  }
}
