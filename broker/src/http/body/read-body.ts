import type { Readable } from 'node:stream'
import { Fault } from '../../domain/fault.ts'
import { type BodyBudget, MAX_BODY, MAX_PIECES, tooLarge, tooManyPieces } from './body-limit.ts'

export interface BodySource {
  readonly stream: Readable
  readonly socket: object
  readonly budget: BodyBudget
}

type Done = (fault: Fault | undefined, bytes: Uint8Array) => void

/** What an error of a connection means to the body that is being read from it. */
const readers = new WeakMap<object, (fault: Fault) => void>()

const nothing = new Uint8Array(0)

/** Fails the body being read from this socket, if there is one, so that its request is answered like any other. */
export function failBody(socket: object, fault: Fault): boolean {
  const fail = readers.get(socket)
  fail?.(fault)
  return fail !== undefined
}

/** Reads a body of at most 1 MiB into memory; calls back once. */
export function readBody({ stream, socket, budget }: BodySource, done: Done): void {
  let bytes: Uint8Array = nothing
  let length = 0
  let pieces = 0

  stream.on('data', onData)
  stream.on('end', onEnd)
  stream.on('error', onError)
  readers.set(socket, finish)

  function onData(piece: Uint8Array): void {
    const needed = length + piece.length
    if (needed > MAX_BODY) return finish(tooLarge())
    if (++pieces > MAX_PIECES) return finish(tooManyPieces())
    if (needed > bytes.length) {
      const capacity = pieces === 1 ? needed : Math.min(2 * needed, MAX_BODY)
      if (!budget.take(capacity - bytes.length)) return finish(overloaded())
      // Most bodies are one piece. Others are copied: a piece takes hundreds of bytes beside its own.
      bytes = pieces === 1 ? piece : enlarged(bytes, capacity)
    }
    if (pieces > 1) bytes.set(piece, length)
    length = needed
  }

  function onEnd(): void {
    finish(undefined)
  }

  function onError(cause: Error): void {
    finish(new Fault('invalid_request', 'the body ended early', { cause }))
  }

  function finish(fault: Fault | undefined): void {
    stream.removeListener('data', onData)
    stream.removeListener('end', onEnd)
    stream.removeListener('error', onError)
    // An aborted request must not end the process for want of a listener.
    if (fault !== undefined) stream.on('error', ignore)
    readers.delete(socket)
    budget.giveBack(bytes.length)
    done(fault, bytes.subarray(0, length))
  }
}

function enlarged(bytes: Uint8Array, capacity: number): Uint8Array {
  const larger = new Uint8Array(capacity)
  larger.set(bytes)
  return larger
}

function ignore(): void {}

function overloaded(): Fault {
  return new Fault('service_unavailable', 'too many bodies are being received', { retryAfter: 1 })
}
