import type { ErrorCode, ProblemDetails } from '@agentwrit/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Fault } from '../../domain/fault.ts'
import { challengeFor } from '../authenticate.ts'
import { closeIfUnread } from '../body/body-limit.ts'
import { pathOf } from '../server/request-target.ts'
import type { SecurityHeaders } from '../server/security-headers.ts'
import { sendText } from '../send.ts'

/** A code without a status does not compile. Titles are the reason phrases of RFC 9110 and its extensions. */
const problems: Record<ErrorCode, { readonly status: number; readonly title: string }> = {
  invalid_request: { status: 400, title: 'Bad Request' },
  invalid_ttl: { status: 400, title: 'Bad Request' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  forbidden: { status: 403, title: 'Forbidden' },
  insufficient_scope: { status: 403, title: 'Forbidden' },
  scope_violation: { status: 403, title: 'Forbidden' },
  not_found: { status: 404, title: 'Not Found' },
  method_not_allowed: { status: 405, title: 'Method Not Allowed' },
  request_timeout: { status: 408, title: 'Request Timeout' },
  conflict: { status: 409, title: 'Conflict' },
  payload_too_large: { status: 413, title: 'Content Too Large' },
  rate_limited: { status: 429, title: 'Too Many Requests' },
  headers_too_large: { status: 431, title: 'Request Header Fields Too Large' },
  internal_error: { status: 500, title: 'Internal Server Error' },
  service_unavailable: { status: 503, title: 'Service Unavailable' },
}

const MAX_INSTANCE = 1024

export const problemType = 'application/problem+json'

export function statusOf(code: ErrorCode): number {
  return problems[code].status
}

export function titleOf(code: ErrorCode): string {
  return problems[code].title
}

/** The body of every error answer (RFC 9457), a line of its own. `target` is the request target as received. */
export function problemText(fault: Fault, requestId: string, target: string): string {
  const { status, title } = problems[fault.code]
  const problem: ProblemDetails = {
    type: `urn:agentwrit:error:${fault.code}`,
    title,
    status,
    detail: fault.message,
    instance: decodedPath(target),
    error_code: fault.code,
    request_id: requestId,
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
  }
  return `${JSON.stringify(problem)}\n`
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, fault: Fault): void {
  const { status } = problems[fault.code]
  if (status === 429 || status === 503) {
    reply.header('retry-after', Math.max(1, Math.ceil(fault.retryAfter ?? 1)))
  }
  const challenge = challengeFor(request, fault)
  if (challenge !== undefined) reply.header('www-authenticate', challenge)
  closeIfUnread(request, reply, fault.code === 'request_timeout')
  reply.code(status).header('content-type', problemType)
  sendText(reply, problemText(fault, request.id, request.raw.url ?? ''))
}

/** The same for a request that no handler will ever see, as the bytes to be written to its connection. */
export function problemBytes(fault: Fault, requestId: string, headers: SecurityHeaders): string {
  const { status, title } = problems[fault.code]
  const body = problemText(fault, requestId, '')
  const fields = {
    'content-type': problemType,
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    ...headers,
    connection: 'close',
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${body}`
}

function decodedPath(target: string): string {
  const decoded = decode(pathOf(target))
  return decoded.slice(0, MAX_INSTANCE).toWellFormed()
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
