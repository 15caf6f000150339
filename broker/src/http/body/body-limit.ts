import type { FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../domain/fault.ts'

/** Bytes of one body: exactly this many still pass. */
export const MAX_BODY = 1_048_576

/** Reads of one body: a mebibyte in single bytes would cost a second of everybody's time. */
export const MAX_PIECES = 16_384

/** Bytes of all bodies that are being read at one time. */
export const MAX_BUFFERED = 64 * MAX_BODY

/** Milliseconds a closing connection is still read from. */
const LINGER = 1000

/** What all requests together hold of bodies not yet parsed (law 7): memory, whatever of it is filled yet. */
export class BodyBudget {
  #left = MAX_BUFFERED

  take(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }

  giveBack(bytes: number): void {
    this.#left += bytes
  }
}

type RawRequest = FastifyRequest['raw']

export function isDeclaredTooLarge({ headers }: RawRequest): boolean {
  const length = headers['content-length']
  return length !== undefined && Number(length) > MAX_BODY
}

export function tooLarge(): Fault {
  return new Fault('payload_too_large', `a body is at most ${MAX_BODY} bytes`)
}

export function tooManyPieces(): Fault {
  return new Fault('payload_too_large', `a body comes in at most ${MAX_PIECES} pieces`)
}

/** GET and HEAD have no body here; a chunked one is not read to its end, whatever its length. */
export function closeIfChunkedGet(request: FastifyRequest, reply: FastifyReply): void {
  const { method, headers } = request.raw
  if (headers['transfer-encoding'] === undefined) return
  if (method === 'GET' || method === 'HEAD') closeAfterAnswer(request, reply)
}

/**
 * After an error, when more of the body may still come: a bounded rest is skipped by Node and the connection goes on,
 * which Fastify would close after every body that was refused; anything else ends it.
 */
export function closeIfUnread(
  request: FastifyRequest,
  reply: FastifyReply,
  isTimeout: boolean,
): void {
  const { raw } = request
  const isChunked = raw.headers['transfer-encoding'] !== undefined
  const isUnbounded = !raw.complete && (isChunked || isDeclaredTooLarge(raw))
  if (isUnbounded || isTimeout) closeAfterAnswer(request, reply)
  else if (!isChunked) reply.removeHeader('connection')
}

function closeAfterAnswer(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('connection', 'close')
  lingerBeforeClosing(request.raw.socket)
}

/**
 * Closing a connection on which the client still sends resets it, and the answer would be lost. So our side ends, and
 * what still comes is thrown away for a moment.
 */
export function lingerBeforeClosing(socket: RawRequest['socket']): void {
  socket.destroySoon = () => {
    socket.end()
    socket.resume()
    const limit = setTimeout(() => socket.destroy(), LINGER)
    socket.once('close', () => clearTimeout(limit))
  }
}
