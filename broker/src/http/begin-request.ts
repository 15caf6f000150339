import type { FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../domain/fault.ts'
import { closeIfChunkedGet, isDeclaredTooLarge, tooLarge } from './body-limit.ts'
import type { ClientAddress } from './client-address.ts'
import type { SecurityHeaders } from './security-headers.ts'
import type { RequestsUnderWay } from './under-way.ts'

export interface BeginParts {
  readonly underWay: RequestsUnderWay
  readonly headers: SecurityHeaders
  readonly clientAddress: ClientAddress
}

/** What happens to every request whatever its path: it is named, observed, and its answer gets its headers. */
export function beginRequest({ underWay, headers, clientAddress }: BeginParts) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const { raw } = request
    request.sourceIp = clientAddress(raw.socket.remoteAddress, raw.headers['x-forwarded-for'])
    underWay.begin(reply)
    reply.header('x-request-id', request.id).headers(headers)
    // The wire never looks at the content type: one parser reads every body.
    raw.headers['content-type'] = 'application/json'
    closeIfChunkedGet(request, reply)
  }
}

/** Refusals that come before any route is sought. */
export function findEarlyFault({ raw }: FastifyRequest): Fault | undefined {
  if (isDeclaredTooLarge(raw)) return tooLarge()
  if (raw.headers.host === undefined && raw.httpVersion === '1.1') {
    return new Fault('invalid_request', 'the Host header is missing')
  }
  return undefined
}
