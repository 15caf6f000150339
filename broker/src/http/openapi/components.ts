import { errorCodes, type ErrorCode } from '@agentwrit/protocol'
import { problemType, titleOf } from '../errors/problem.ts'

type Json = Record<string, unknown>

/** On every answer. */
export const everyHeader = [
  'X-Request-ID',
  'X-Content-Type-Options',
  'X-Frame-Options',
  'Cache-Control',
  'Strict-Transport-Security',
  'Warning',
] as const

const headers = {
  'X-Request-ID': header('Names the request; the client may give it', '^[A-Za-z0-9._-]{1,128}$'),
  'X-Content-Type-Options': header('Always `nosniff`'),
  'X-Frame-Options': header('Always `DENY`'),
  'Cache-Control': header('`no-store`, except for the published keys'),
  'Strict-Transport-Security': header('Where the broker itself ends TLS'),
  Warning: header('Names members and query parameters that were ignored'),
  Allow: header('The methods that this path has'),
  'WWW-Authenticate': header('How to authenticate, or which scope is missing (RFC 6750)'),
  'Retry-After': header('Whole seconds until a retry can succeed', '^[1-9][0-9]*$'),
  Vary: header('Always `accept-encoding`'),
  'Content-Encoding': header('`gzip`, for those who accept it'),
}

export type HeaderName = keyof typeof headers

export function refer(names: readonly HeaderName[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

/** The answer with this status: a problem with one of these codes. */
export function failure(codes: readonly ErrorCode[], own: readonly HeaderName[]): Json {
  const narrowed = { properties: { error_code: { enum: codes, description: meaningOfCode } } }
  return {
    description: `${titleOf(codes[0] ?? 'internal_error')}: ${codes.join(', ')}`,
    headers: refer([...everyHeader, ...own]),
    content: {
      [problemType]: { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, narrowed] } },
    },
  }
}

const meaningOfCode = 'What went wrong; branch on this'

function text(description: string, bounds: Json = {}): Json {
  return { type: 'string', description, ...bounds }
}

/** RFC 9457. */
const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'error_code', 'request_id'],
  properties: {
    type: text('`urn:agentwrit:error:` and the code', { pattern: '^urn:agentwrit:error:[a-z_]+$' }),
    title: text('The reason phrase of the status'),
    status: { type: 'integer', description: 'The status again' },
    detail: text('What is wrong, for people; names the member and the limit', { minLength: 1 }),
    instance: text('The path that was asked for', { maxLength: 1024 }),
    error_code: text(meaningOfCode, { enum: [...errorCodes] }),
    request_id: text('The `X-Request-ID`: log and audit trail name it, too'),
    hint: text('`outcome unknown`: the change may or may not have been made'),
  },
}

export const components = {
  headers,
  schemas: { Problem: problem },
  // Of every path, to the methods it lacks: no operation can say so.
  responses: { MethodNotAllowed: failure(['method_not_allowed'], ['Allow']) },
  securitySchemes: {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'A token of this broker; alternatives name the scope that it must hold',
    },
  },
}

function header(description: string, pattern?: string) {
  const schema = { type: 'string', ...(pattern === undefined ? {} : { pattern }) }
  return { description, schema }
}
