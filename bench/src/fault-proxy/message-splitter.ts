import { ChunkedEnd } from './chunked-end.ts'

/** How long a body is: so many bytes, as its chunks say, or up to the end of the connection. */
export type Framing = number | 'chunked' | 'until-close'

/** Bytes as they came: the whole head of a message, or some of its body. */
export interface Piece {
  readonly bytes: Buffer
  /** Of the first piece: start line and headers. */
  readonly head?: string
  /** Whether the message is complete with it. */
  readonly isLast: boolean
}

const headEnd = Buffer.from('\r\n\r\n')
/** What is longer is no head to us, and is passed on as it comes. */
const longestHead = 64 * 1024

/** Tells the HTTP/1.1 messages of one direction apart, without changing or keeping back a byte but of unfinished heads. */
export class MessageSplitter {
  readonly #framingOf: (head: string) => Framing
  #unfinishedHead: Buffer = Buffer.alloc(0)
  #rest: Framing = 0
  #chunks = new ChunkedEnd()

  constructor(framingOf: (head: string) => Framing) {
    this.#framingOf = framingOf
  }

  *split(bytes: Buffer): Generator<Piece> {
    let rest = bytes
    while (rest.length > 0) {
      const piece = this.#rest === 0 ? this.#takeHead(rest) : this.#takeBody(rest)
      if (piece === undefined) return
      rest = piece.rest
      yield piece
    }
  }

  /** What is left of a head when nothing more comes. */
  flush(): Buffer {
    return this.#unfinishedHead
  }

  #takeHead(more: Buffer): (Piece & { readonly rest: Buffer }) | undefined {
    const bytes = Buffer.concat([this.#unfinishedHead, more])
    const end = bytes.indexOf(headEnd)
    if (end < 0 && bytes.length <= longestHead) {
      this.#unfinishedHead = bytes
      return undefined
    }
    this.#unfinishedHead = Buffer.alloc(0)
    if (end < 0) {
      this.#rest = 'until-close'
      return { bytes, isLast: false, rest: Buffer.alloc(0) }
    }
    const length = end + headEnd.length
    const head = bytes.toString('latin1', 0, end)
    this.#rest = this.#framingOf(head)
    this.#chunks = new ChunkedEnd()
    const [own, rest] = [bytes.subarray(0, length), bytes.subarray(length)]
    return { bytes: own, head, isLast: this.#rest === 0, rest }
  }

  #takeBody(bytes: Buffer): Piece & { readonly rest: Buffer } {
    const { length, ends } = this.#measure(bytes)
    if (typeof this.#rest === 'number') this.#rest -= length
    if (ends) this.#rest = 0
    return { bytes: bytes.subarray(0, length), isLast: ends, rest: bytes.subarray(length) }
  }

  #measure(bytes: Buffer): { readonly length: number; readonly ends: boolean } {
    if (this.#rest === 'chunked') return this.#chunks.measure(bytes)
    if (this.#rest === 'until-close') return { length: bytes.length, ends: false }
    return { length: Math.min(this.#rest, bytes.length), ends: bytes.length >= this.#rest }
  }
}

const requestLine = /^([A-Z]+) (\S+) HTTP\/1\.[01](?:\r\n|$)/

/** Undefined for what is no request. */
export function parseRequest(head: string): { method: string; path: string } | undefined {
  const [, method, target] = requestLine.exec(head) ?? []
  if (method === undefined || target === undefined) return undefined
  return { method, path: target.split('?', 1).join('') }
}

export function framingOfRequest(head: string): Framing {
  return parseRequest(head) === undefined ? 'until-close' : (declaredFraming(head) ?? 0)
}

/** `method` is that of the request; what answers it decides whether there is a body (RFC 9112, section 6.3). */
export function framingOfAnswer(head: string, method: string | undefined): Framing {
  const status = statusOf(head)
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 0
  return declaredFraming(head) ?? 'until-close'
}

/** Of an answer; NaN for what is none. */
export function statusOf(head: string): number {
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1])
}

function declaredFraming(head: string): Framing | undefined {
  if (/^transfer-encoding:.*\bchunked\s*$/im.test(head)) return 'chunked'
  const length = /^content-length:\s*(\d+)\s*$/im.exec(head)?.[1]
  return length === undefined ? undefined : Number(length)
}
