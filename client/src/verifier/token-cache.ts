/** Measured: a token of 900 characters with all that is known of it takes about 5 KB of heap. */
const bytesPerCharacter = 3
const bytesPerToken = 2048

/**
 * What is known of tokens, by the exact text of each. Law: never more than about so many bytes; what was not used for
 * longest goes first, in halves.
 */
export class TokenCache<Known> {
  readonly #mostBytes: number
  #bytes = 0
  #young = new Map<string, Known>()
  #old = new Map<string, Known>()

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  get(token: string): Known | undefined {
    const young = this.#young.get(token)
    if (young !== undefined) return young
    const old = this.#old.get(token)
    if (old !== undefined) this.set(token, old)
    return old
  }

  set(token: string, known: Known): void {
    this.delete(token)
    const bytes = bytesOf(token)
    if (this.#bytes + bytes > this.#mostBytes / 2) this.#retire()
    this.#bytes += bytes
    this.#young.set(token, known)
  }

  delete(token: string): void {
    if (this.#young.delete(token)) this.#bytes -= bytesOf(token)
    this.#old.delete(token)
  }

  /** Drops all of which this is true. */
  deleteWhere(isOver: (known: Known) => boolean): void {
    for (const half of [this.#young, this.#old]) {
      for (const [token, known] of half) if (isOver(known)) this.delete(token)
    }
  }

  clear(): void {
    this.#retire()
    this.#old.clear()
  }

  /** The young become old, and the old are gone. */
  #retire(): void {
    this.#old = this.#young
    this.#young = new Map()
    this.#bytes = 0
  }
}

function bytesOf(token: string): number {
  return bytesPerCharacter * token.length + bytesPerToken
}
