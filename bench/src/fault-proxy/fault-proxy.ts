import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { Fault, type ActionName, type Asked, type FaultRule } from './fault.ts'
import { Passage, type Road, type Target } from './passage.ts'

export interface FaultProxyOptions {
  /** URL of the broker, of http. */
  readonly target: string
  /** 0 <= x < 1, for rules with a probability: seeded, so that a run can be repeated. */
  readonly chance?: () => number
}

export type FaultCounts = Readonly<
  Record<'connections' | 'requests' | 'answers' | ActionName, number>
>

type Mode = 'pass' | 'hold' | 'black hole' | 'refuse'

/**
 * Stands between clients and a broker on the loopback interface and passes every byte on, as it comes, but for the faults
 * that it was told. A connection of a client is a connection to the broker.
 *
 *     await using proxy = await FaultProxy.start({ target: broker.url, chance: seededChance(seed) })
 *     using lost = proxy.fail({ path: '/v1/token/renew', probability: 0.1, at: 'answer', action: 'cut' })
 */
export class FaultProxy implements AsyncDisposable {
  /** Stays the same while connections are refused. */
  readonly url: string
  readonly #server: Server
  readonly #port: number
  readonly #target: Target
  readonly #chance: () => number
  readonly #faults = new Set<Fault>()
  readonly #passages = new Set<Passage>()
  readonly #counts: Record<keyof FaultCounts, number> = {
    connections: 0,
    requests: 0,
    answers: 0,
    cut: 0,
    reset: 0,
    swallow: 0,
    hold: 0,
    delay: 0,
    duplicate: 0,
  }
  #mode: Mode = 'pass'
  #modeChanged = Promise.withResolvers<void>()

  private constructor(server: Server, target: Target, chance: () => number) {
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port')
    this.#server = server
    this.#port = address.port
    this.#target = target
    this.#chance = chance
    this.url = `http://127.0.0.1:${address.port}`
    server.on('connection', (socket) => this.#accept(socket))
  }

  static async start({ target, chance = noChance }: FaultProxyOptions): Promise<FaultProxy> {
    const aim = toTarget(target)
    const server = createServer({ allowHalfOpen: true })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new FaultProxy(server, aim, chance)
  }

  /** What it has seen and done so far. */
  get counts(): FaultCounts {
    return { ...this.#counts }
  }

  /** From now on; of several rules that choose an exchange the oldest strikes it. */
  fail(rule: FaultRule): Fault {
    const fault = new Fault(rule, this.#chance)
    this.#faults.add(fault)
    return fault
  }

  /** Ends all rules, and lets go of what they hold. */
  heal(): void {
    for (const fault of this.#faults) fault.end()
    this.#faults.clear()
  }

  /** Nothing passes, in neither direction, and nothing is lost, until `resume`. */
  async hold(): Promise<void> {
    await this.#become('hold')
  }

  /** Connections are accepted, or stay open, and whatever comes vanishes. */
  async blackHole(): Promise<void> {
    await this.#become('black hole')
  }

  /** Ends all connections, and no new one comes about. */
  async refuse(): Promise<void> {
    await this.#become('refuse')
  }

  /** Passes on again. Connections of which something has vanished are ended. */
  async resume(): Promise<void> {
    await this.#become('pass')
    for (const passage of this.#passages) passage.endIfLost()
  }

  /** Ends all connections of now. */
  cutAll(): void {
    for (const passage of this.#passages) passage.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.refuse()
    this.heal()
  }

  async #become(mode: Mode): Promise<void> {
    this.#mode = mode
    this.#modeChanged.resolve()
    this.#modeChanged = Promise.withResolvers()
    if (mode === 'refuse') {
      this.cutAll()
      if (this.#server.listening) await once(this.#server.close(), 'close')
    } else if (!this.#server.listening) {
      await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening')
    }
  }

  #accept(socket: Socket): void {
    this.#counts.connections += 1
    const passage = new Passage(this.#road(), socket)
    this.#passages.add(passage)
    void passage.closed.then(() => this.#passages.delete(passage))
  }

  #road(): Road {
    return {
      target: this.#target,
      isBlackHole: () => this.#mode === 'black hole',
      flowing: async () => {
        while (this.#mode === 'hold') await this.#modeChanged.promise
      },
      choose: (asked) => this.#choose(asked),
      count: (what) => {
        this.#counts[what] += 1
      },
    }
  }

  /** Every rule counts what matches it, whichever strikes. */
  #choose(asked: Asked): Fault | undefined {
    return [...this.#faults].filter((fault) => fault.chooses(asked))[0]
  }
}

function toTarget(url: string): Target {
  const { protocol, hostname, port } = new URL(url)
  if (protocol !== 'http:') throw new TypeError('the target must be of http')
  return { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port || 80) }
}

function noChance(): never {
  throw new TypeError('a rule with a probability needs a proxy that was given a chance')
}
