import type { FastifyRequest } from 'fastify'
import { Fault } from '../../domain/fault.ts'
import { type Observers, recordBroken } from './access-log.ts'
import type { ClientAddress } from './client-address.ts'
import { lingerBeforeClosing } from '../body/body-limit.ts'
import { problemBytes, statusOf } from '../errors/problem.ts'
import { failBody } from '../body/read-body.ts'
import type { SecurityHeaders } from './security-headers.ts'

type Socket = FastifyRequest['raw']['socket']

export interface ClientErrorParts {
  readonly observers: Observers
  readonly headers: SecurityHeaders
  readonly newRequestId: () => string
  readonly clientAddress: ClientAddress
  /** Whether the body of a request that has begun on this connection still comes. */
  readonly isReceiving: (socket: Socket) => boolean
}

/** Answers connections whose bytes never became a request: too slow, too large, or no HTTP. They are closed then. */
export function answerClientErrors(parts: ClientErrorParts) {
  const { observers, headers, newRequestId, isReceiving, clientAddress } = parts
  const answered = new WeakSet<Socket>()
  return (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (answered.has(socket)) return
    const fault = toFault(error.code)
    if (failBody(socket, fault)) return
    // Bytes of ours would be taken for the answer to an earlier request, or be a second one to this.
    const isTaken = isAnswering(socket) || isReceiving(socket)
    if (error.code === 'ECONNRESET' || !socket.writable || isTaken) {
      socket.destroy()
      return
    }
    answered.add(socket)
    const client = clientAddress(socket.remoteAddress, undefined)
    const requestId = newRequestId()
    socket.write(problemBytes(fault, requestId, headers))
    lingerBeforeClosing(socket)
    socket.destroySoon()
    recordBroken(observers, { requestId, client, status: statusOf(fault.code) })
  }
}

function isAnswering(socket: Socket): boolean {
  // Node keeps the answer that a connection waits for here, and Fastify relies on it too.
  return '_httpMessage' in socket && socket['_httpMessage'] !== null
}

function toFault(code: string | undefined): Fault {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Fault('request_timeout', 'the request was not received in time')
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Fault('headers_too_large', 'the header block is at most 64 KiB')
  }
  return new Fault('invalid_request', 'this is no HTTP/1.1 request that is served here')
}
