import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { askAlone } from './ask-alone.ts'
import type { ActionName, Asked, Fault } from './fault.ts'
import {
  framingOfAnswer,
  framingOfRequest,
  MessageSplitter,
  parseRequest,
  statusOf,
  type Piece,
} from './message-splitter.ts'

export interface Target {
  readonly host: string
  readonly port: number
}

/** What a connection asks of its proxy. */
export interface Road {
  readonly target: Target
  readonly isBlackHole: () => boolean
  /** Resolves when bytes may pass. */
  readonly flowing: () => Promise<void>
  /** The fault that strikes this exchange. */
  readonly choose: (asked: Asked) => Fault | undefined
  readonly count: (what: 'requests' | 'answers' | ActionName) => void
}

interface Exchange {
  readonly method: string
  /** Until it has struck. */
  fault: Fault | undefined
  /** The request, while it is kept back. */
  readonly kept: Buffer[]
  /** Bytes of the answer's body that were passed on. */
  passed: number
}

/** One connection of a client, and the one to the target that belongs to it. */
export class Passage {
  /** Resolves when nothing is left of it. */
  readonly closed: Promise<unknown>
  readonly #road: Road
  readonly #client: Socket
  readonly #target: Socket
  /** Asked and not answered, oldest first. */
  readonly #open: Exchange[] = []
  readonly #over = new AbortController()
  #isSwallowed = false
  #isLost = false
  #isKeptBack = false

  constructor(road: Road, client: Socket) {
    this.#road = road
    this.#client = client.setNoDelay(true)
    this.#target = connect({ ...road.target, allowHalfOpen: true, noDelay: true })
    // Whatever breaks is seen by the loops below.
    for (const socket of [this.#client, this.#target]) socket.on('error', () => undefined)
    client.on('close', () => {
      // A request that is on its way arrives, even if nobody waits for the answer any more.
      if (!this.#isKeptBack) this.end()
    })
    this.closed = Promise.all([this.#client, this.#target].map((socket) => isClosed(socket)))
    this.#run(this.#up())
    this.#run(this.#down())
  }

  end(): void {
    this.#over.abort()
    this.#client.destroy()
    this.#target.destroy()
  }

  /** Ends it if bytes of it have vanished in the black hole: what comes later would make no sense. */
  endIfLost(): void {
    if (this.#isLost) this.end()
  }

  #run(direction: Promise<void>): void {
    direction.catch(() => this.end())
  }

  async #up(): Promise<void> {
    const splitter = new MessageSplitter(framingOfRequest)
    for await (const bytes of this.#client.iterator({ destroyOnReturn: false })) {
      if (await this.#vanishes()) continue
      for (const piece of splitter.split(bytes)) await this.#passUp(piece)
    }
    if (await this.#vanishes()) return
    this.#target.end(splitter.flush())
  }

  async #down(): Promise<void> {
    const framing = (head: string) => framingOfAnswer(head, this.#open[0]?.method)
    const splitter = new MessageSplitter(framing)
    for await (const bytes of this.#target.iterator({ destroyOnReturn: false })) {
      if (await this.#vanishes()) continue
      for (const piece of splitter.split(bytes)) await this.#passDown(piece)
    }
    if (await this.#vanishes()) return
    this.#client.end(splitter.flush())
  }

  /** Whether what comes now goes nowhere, after waiting until it may go at all. */
  async #vanishes(): Promise<boolean> {
    await this.#road.flowing()
    this.#isLost ||= this.#road.isBlackHole()
    return this.#isLost || this.#isSwallowed
  }

  async #passUp(piece: Piece): Promise<void> {
    if (this.#isSwallowed) return undefined
    if (piece.head !== undefined) this.#begin(piece.head)
    const exchange = this.#open.at(-1)
    if (exchange?.fault?.rule.at !== 'request') return write(this.#target, piece.bytes)
    exchange.kept.push(piece.bytes)
    if (!piece.isLast) return undefined
    const request = Buffer.concat(exchange.kept)
    this.#isKeptBack = true
    const goesOn = await this.#strike(exchange, request)
    this.#isKeptBack = false
    if (goesOn) await write(this.#target, request)
    if (this.#client.destroyed) this.#target.end()
    return undefined
  }

  #begin(head: string): void {
    const asked = parseRequest(head)
    if (asked === undefined) return
    this.#road.count('requests')
    const fault = this.#road.choose(asked)
    this.#open.push({ method: asked.method, fault, kept: [], passed: 0 })
  }

  async #passDown(piece: Piece): Promise<void> {
    if (this.#isSwallowed) return undefined
    const [exchange] = this.#open
    const isInformation = piece.head !== undefined && statusOf(piece.head) < 200
    if (exchange === undefined || isInformation) return write(this.#client, piece.bytes)
    const { fault } = exchange
    if (piece.head !== undefined && fault?.rule.at === 'answer') {
      if (!(await this.#strike(exchange))) return undefined
    }
    if (!(await this.#passAnswer(exchange, piece)) || !piece.isLast) return undefined
    this.#road.count('answers')
    this.#open.shift()
    return undefined
  }

  /** False when a fault has ended it. */
  async #passAnswer(exchange: Exchange, { head, bytes }: Piece): Promise<boolean> {
    const rule = exchange.fault?.rule
    const { passed } = exchange
    if (head === undefined) exchange.passed += bytes.length
    if (rule?.at !== 'body' || exchange.passed < rule.after) {
      await write(this.#client, bytes)
      return true
    }
    const length = head === undefined ? rule.after - passed : bytes.length
    await write(this.#client, bytes.subarray(0, length))
    if (!(await this.#strike(exchange))) return false
    await write(this.#client, bytes.subarray(length))
    return true
  }

  /** Does what the fault of an exchange does; true when what was kept back goes on. */
  async #strike(exchange: Exchange, request?: Buffer): Promise<boolean> {
    const { fault } = exchange
    if (fault === undefined) return true
    exchange.fault = undefined
    const { rule } = fault
    this.#road.count(rule.action)
    fault.strike()
    switch (rule.action) {
      case 'hold':
        await fault.released()
        break
      case 'delay':
        await sleep(rule.milliseconds, undefined, { signal: this.#over.signal })
        break
      case 'duplicate':
        if (request !== undefined) await askAlone(this.#road.target, request)
        break
      case 'swallow':
        this.#isSwallowed = true
        break
      case 'reset':
        this.#client.resetAndDestroy()
        this.end()
        break
      case 'cut':
        this.end()
        break
    }
    return !this.#isSwallowed && !this.#over.signal.aborted
  }
}

async function isClosed(socket: Socket): Promise<void> {
  await new Promise<void>((closed) => {
    socket.once('close', () => closed())
  })
}

/** Resolves when the system has taken the bytes, or the connection is gone. */
async function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return
  await new Promise<void>((taken) => {
    socket.write(bytes, () => taken())
  })
}
