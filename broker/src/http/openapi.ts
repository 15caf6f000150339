import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { errorCodes, type ErrorCode } from '@agentwrit/protocol'
import { statusOf } from './errors/problem.ts'
import { components, everyHeader, failure, type HeaderName, refer } from './openapi/components.ts'
import { describeMembers } from './openapi/describe-members.ts'
import { securityOf, whoMayAsk } from './openapi/who-may-ask.ts'
import type { Route } from './route.ts'
import { routeGroups } from './routes/index.ts'

type Json = Record<string, unknown>

/** What swagger makes of the route schemas: operations with parameters and bodies. */
export function openapiOptions(version: string): FastifyDynamicSwaggerOptions {
  const license = { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' }
  const info = { title: 'AgentWrit broker', version, license }
  return { openapi: { openapi: '3.1.0', info } }
}

interface Document extends Json {
  readonly paths: Record<string, Record<string, Json>>
}

/** The document as it is served (contract 4.24): what all routes share is added from the same routes. */
export function openapiText(made: object, routes: readonly Route[]): string {
  const document: Document = JSON.parse(JSON.stringify(made))
  const paths: Document['paths'] = {}
  for (const route of routes) {
    const method = route.method.toLowerCase()
    const operation = complete(document.paths[route.path]?.[method], route)
    paths[route.path] = { ...paths[route.path], [method]: operation }
  }
  const { openapi, info } = document
  return `${JSON.stringify({ openapi, info, tags, paths: describeMembers(paths), components })}\n`
}

const tags = Array.from(routeGroups.keys(), (name) => ({ name }))

function tagsOf(route: Route): string[] {
  return [...routeGroups].flatMap(([name, routes]) => (routes.includes(route) ? [name] : []))
}

function complete(operation: Json | undefined, route: Route): Json {
  const { parameters = [], requestBody } = operation ?? {}
  const all = [...(Array.isArray(parameters) ? parameters : []), ...headersAsked(route)]
  return {
    tags: tagsOf(route),
    operationId: operationIdOf(route),
    summary: route.summary,
    description: whoMayAsk(route),
    ...securityOf(route),
    ...(all.length === 0 ? {} : { parameters: all }),
    ...(requestBody === undefined ? {} : { requestBody: completeBody(requestBody, route) }),
    responses: { ...success(route), ...failures(route) },
  }
}

/** `GET /v1/admin/launch-tokens` is `get-v1-admin-launch-tokens`. */
function operationIdOf({ method, path }: Route): string {
  return [method.toLowerCase(), ...(path.match(/\w[\w-]*/g) ?? [])].join('-')
}

function completeBody(made: unknown, { isBodyOptional }: Route): unknown {
  return { ...Object(made), required: isBodyOptional !== true }
}

function headersAsked({ access, produces }: Route): Json[] {
  return [
    ...(access?.bearer === 'renewable' ? [idempotencyKey] : []),
    ...(produces === eventStream ? [lastEventId] : []),
  ]
}

function success({ status, answer, produces = 'application/json' }: Route): Json {
  // An answer that is sent as it is: this document, or text.
  const raw = { type: produces === 'application/json' ? 'object' : 'string' }
  const own: readonly HeaderName[] = produces.startsWith('text/plain')
    ? ['Vary', 'Content-Encoding']
    : []
  const content = { [produces]: { schema: answer ?? raw } }
  return {
    [status]: {
      description: status === 204 ? 'Done' : 'The answer',
      headers: refer([...everyHeader, ...own]),
      ...(status === 204 ? {} : { content }),
    },
  }
}

/** One response per status; a status may have several codes. */
function failures(route: Route): Json {
  const codes = Map.groupBy(codesOf(route), statusOf)
  const responses: Json = {}
  for (const [status, same] of codes) responses[status] = failure(same, headersOf(same, route))
  return responses
}

function headersOf(codes: readonly ErrorCode[], { access }: Route): HeaderName[] {
  const isChallenged = access !== undefined && codes.some((code) => challenged.has(code))
  const isPassing = codes.some((code) => passing.has(code))
  return [
    ...(isChallenged ? (['WWW-Authenticate'] as const) : []),
    ...(isPassing ? (['Retry-After'] as const) : []),
  ]
}

const challenged: ReadonlySet<ErrorCode> = new Set(['unauthorized', 'insufficient_scope'])
const passing: ReadonlySet<ErrorCode> = new Set(['rate_limited', 'service_unavailable'])

function codesOf({ errors, access, rateLimit, attemptLimit }: Route): ErrorCode[] {
  const codes = new Set<ErrorCode>([...errors, ...everyCode])
  if (rateLimit !== undefined || attemptLimit !== undefined) codes.add('rate_limited')
  if (access !== undefined) codes.add('unauthorized')
  if (access?.scopes !== undefined) codes.add('insufficient_scope')
  if (access?.kinds !== undefined) codes.add('forbidden')
  return errorCodes.filter((code) => codes.has(code))
}

const everyCode: readonly ErrorCode[] = [
  'invalid_request',
  'request_timeout',
  'payload_too_large',
  'headers_too_large',
  'internal_error',
  'service_unavailable',
]

const eventStream = 'text/event-stream'

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Of a CSPRNG: the same request with the same key gets the same answer, for 30 seconds',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{22,128}$' },
}

const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  description: '`id` of the last event received: the stream goes on behind it',
  schema: { type: 'string', pattern: '^[0-9a-f]{16}\\.[0-9]+$' },
}
