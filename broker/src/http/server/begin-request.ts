import type { FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../domain/fault.ts'
import { closeIfChunkedGet, isDeclaredTooLarge, tooLarge } from '../body/body-limit.ts'
import type { ClientAddress } from './client-address.ts'
import type { SecurityHeaders } from './security-headers.ts'
import type { RequestsUnderWay } from './under-way.ts'

export interface BeginParts {
  readonly underWay: RequestsUnderWay
  readonly headers: SecurityHeaders
  readonly clientAddress: ClientAddress
}

/**
 * What happens to every request whatever its path: it is named, observed, and its answer gets its headers. False when it
 * is to be dropped.
 */
export function beginRequest({ underWay, headers, clientAddress }: BeginParts) {
  return (request: FastifyRequest, reply: FastifyReply): boolean => {
    const { raw } = request
    request.sourceIp = clientAddress(raw.socket.remoteAddress, raw.headers['x-forwarded-for'])
    if (!underWay.begin(reply)) return false
    reply.header('x-request-id', request.id).headers(headers)
    // The wire never looks at the content type: one parser reads every body.
    raw.headers['content-type'] = 'application/json'
    closeIfChunkedGet(request, reply)
    return true
  }
}

/** Refusals that come before any route is sought. */
export function findEarlyFault({ raw }: FastifyRequest): Fault | undefined {
  if (isDeclaredTooLarge(raw)) return tooLarge()
  const { host, 'transfer-encoding': coding = 'chunked' } = raw.headers
  if (host === undefined && raw.httpVersion === '1.1') return refuse('the Host header is missing')
  // Equal headers arrive joined (listen.ts), and no host has a comma.
  if (host?.includes(',') === true) return refuse('there is more than one Host header')
  if (coding.toLowerCase() !== 'chunked') return refuse('no transfer coding but chunked is known')
  return undefined
}

function refuse(detail: string): Fault {
  return new Fault('invalid_request', detail)
}
