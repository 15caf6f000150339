/** Which exchanges a fault strikes; without any of these, all. */
export interface Choice {
  readonly method?: string
  /** Without a query. */
  readonly path?: string | RegExp
  /** Of those that match so far, the n-th alone, from 1. */
  readonly nth?: number
  /** Of those that match so far, each with this chance, from 0 to 1. */
  readonly probability?: number
  /** At most so many. */
  readonly times?: number
}

/**
 * When it strikes: before the request is passed on; when it was answered, before anything of the answer is passed on; or
 * when so many bytes of the answer's body, as they are sent, were passed on.
 */
export type Moment =
  | { readonly at: 'request' | 'answer' }
  | { readonly at: 'body'; readonly after: number }

/**
 * What it does: ends both connections (`cut`), ends them so that the client sees a reset, passes nothing on from here and
 * leaves the connection open, or keeps it back, until it is released or for a time.
 */
export type Action =
  | { readonly action: 'cut' | 'reset' | 'swallow' | 'hold' }
  | { readonly action: 'delay'; readonly milliseconds: number }

/** The target gets the request a second time, the client the second answer. */
export interface Duplication {
  readonly at: 'request'
  readonly action: 'duplicate'
}

export type FaultRule = Choice & ((Moment & Action) | Duplication)

export type ActionName = FaultRule['action']

/** What was asked, as rules see it. */
export interface Asked {
  readonly method: string
  readonly path: string
}

interface Waiting {
  readonly strikes: number
  readonly tell: () => void
}

/** One rule in force. At the end of a `using` block it ends. */
export class Fault implements Disposable {
  readonly rule: FaultRule
  readonly #chance: () => number
  readonly #held = new Set<() => void>()
  readonly #waiting = new Set<Waiting>()
  #matches = 0
  #chosen = 0
  #strikes = 0
  #isOver = false

  constructor(rule: FaultRule, chance: () => number) {
    this.rule = rule
    this.#chance = chance
  }

  /** How many exchanges were of its method and path. */
  get matches(): number {
    return this.#matches
  }

  /** How often it has struck. */
  get strikes(): number {
    return this.#strikes
  }

  /** Resolves when it has struck so often. */
  async struck(strikes = 1): Promise<void> {
    if (this.#strikes >= strikes) return
    await new Promise<void>((tell) => {
      this.#waiting.add({ strikes, tell })
    })
  }

  /** Lets go of what it holds; what it chooses later is held again. */
  release(): void {
    for (const letGo of this.#held) letGo()
    this.#held.clear()
  }

  /** Chooses no more, and lets go of what it holds. */
  end(): void {
    this.#isOver = true
    this.release()
  }

  [Symbol.dispose](): void {
    this.end()
  }

  /** For the proxy: whether this exchange is one of those that it strikes. */
  chooses(asked: Asked): boolean {
    const { nth, probability, times = Infinity } = this.rule
    if (this.#isOver || !this.#matchesRule(asked)) return false
    this.#matches += 1
    if (nth !== undefined && this.#matches !== nth) return false
    if (probability !== undefined && this.#chance() >= probability) return false
    if (this.#chosen >= times) return false
    this.#chosen += 1
    return true
  }

  /** For the proxy: it strikes now. */
  strike(): void {
    this.#strikes += 1
    for (const waiting of this.#waiting) {
      if (waiting.strikes > this.#strikes) continue
      this.#waiting.delete(waiting)
      waiting.tell()
    }
  }

  /** For the proxy: resolves when what is held may go on. */
  async released(): Promise<void> {
    if (this.#isOver) return
    await new Promise<void>((letGo) => {
      this.#held.add(letGo)
    })
  }

  #matchesRule({ method, path }: Asked): boolean {
    const wanted = this.rule.path
    if (this.rule.method !== undefined && this.rule.method !== method) return false
    if (wanted === undefined) return true
    return typeof wanted === 'string' ? wanted === path : wanted.test(path)
  }
}
