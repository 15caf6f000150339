import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { errorCodes, type ErrorCode } from '@agentwrit/protocol'
import { problemType, statusOf, titleOf } from './errors/problem.ts'
import type { Route } from './route.ts'

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
  for (const route of routes) {
    const operations = document.paths[route.path]
    const method = route.method.toLowerCase()
    if (operations !== undefined) operations[method] = complete(operations[method], route)
  }
  return `${JSON.stringify({ ...document, components })}\n`
}

function complete(operation: Json | undefined, route: Route): Json {
  return {
    operationId: operationIdOf(route),
    ...operation,
    ...(route.access === undefined ? {} : { security: [{ bearer: [] }] }),
    ...(route.access?.bearer === 'renewable' ? { parameters: [idempotencyKey] } : {}),
    responses: { ...success(route), ...failures(route) },
  }
}

/** `GET /v1/admin/launch-tokens` is `get-v1-admin-launch-tokens`. */
function operationIdOf({ method, path }: Route): string {
  return [method.toLowerCase(), ...(path.match(/\w[\w-]*/g) ?? [])].join('-')
}

function success({ status, answer, produces = 'application/json' }: Route): Json {
  // An answer that is sent as it is: this document, or text.
  const raw = { type: produces === 'application/json' ? 'object' : 'string' }
  const content = { [produces]: { schema: answer ?? raw } }
  return {
    [status]: {
      description: status === 204 ? 'Done' : 'The answer',
      headers: refer(everyHeader),
      ...(status === 204 ? {} : { content }),
    },
  }
}

/** One response per status; a status may have several codes. */
function failures(route: Route): Json {
  const codes = Map.groupBy(codesOf(route), statusOf)
  const responses: Json = {}
  for (const [status, same] of codes) responses[status] = failure(status, same)
  return responses
}

function failure(status: number, codes: readonly ErrorCode[]): Json {
  return {
    description: `${titleOf(codes[0] ?? 'internal_error')}: ${codes.join(', ')}`,
    headers: refer([...everyHeader, ...(headersOfStatus[status] ?? [])]),
    content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}

function codesOf({ errors, access, rateLimit, body, params, query }: Route): ErrorCode[] {
  const codes = new Set<ErrorCode>([...errors, ...everyCode])
  if (body !== undefined || params !== undefined || query !== undefined)
    codes.add('invalid_request')
  if (rateLimit !== undefined) codes.add('rate_limited')
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

const everyHeader = [
  'X-Request-ID',
  'X-Content-Type-Options',
  'X-Frame-Options',
  'Cache-Control',
  'Strict-Transport-Security',
  'Warning',
]

const headersOfStatus: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  405: ['Allow'],
  429: ['Retry-After'],
  503: ['Retry-After'],
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Of a CSPRNG: the same request with the same key gets the same answer, for 30 seconds',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{22,128}$' },
}

const headers = {
  'X-Request-ID': header('Names the request; the client may give it', '^[A-Za-z0-9._-]{1,128}$'),
  'X-Content-Type-Options': header('Always `nosniff`'),
  'X-Frame-Options': header('Always `DENY`'),
  'Cache-Control': header('`no-store`, except for the published keys'),
  'Strict-Transport-Security': header('Where the broker itself ends TLS'),
  Warning: header('Names members and query parameters that were ignored'),
  Allow: header('The methods that this path has'),
  'WWW-Authenticate': header('How to authenticate (RFC 6750), on protected routes'),
  'Retry-After': header('Whole seconds until a retry can succeed', '^[1-9][0-9]*$'),
}

function header(description: string, pattern?: string) {
  const schema = { type: 'string', ...(pattern === undefined ? {} : { pattern }) }
  return { description, schema }
}

function refer(names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

/** RFC 9457. */
const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'error_code', 'request_id'],
  properties: {
    type: { type: 'string', pattern: '^urn:agentwrit:error:[a-z_]+$' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', minLength: 1 },
    instance: { type: 'string', maxLength: 1024 },
    error_code: { type: 'string', enum: [...errorCodes] },
    request_id: { type: 'string' },
    hint: { type: 'string' },
  },
}

const components = {
  headers,
  schemas: { Problem: problem },
  // Of every path, to the methods it lacks: no operation can say so.
  responses: { MethodNotAllowed: failure(405, ['method_not_allowed']) },
  securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
}
