// The broker's public keys (contract 4.22). Laws: an unknown key makes the set be fetched anew, once for all who ask and at
// most every two seconds, so that invented names cause no storm; a set is never older than the five minutes for which it is
// published without one being asked for; a key is known by the name that its own bytes give it.
import { decodeBase64url, encodeBase64url, keyIdInput } from '@agentwrit/protocol'
import type { Settings } from './settings.ts'

/** Milliseconds between two fetches at least. */
const pause = 2_000
/** Milliseconds: `max-age` of the route. */
const longestKept = 300_000
const mostKeys = 100
const algorithm = 'Ed25519'
const encoder = new TextEncoder()

/** Whether the key has signed these bytes (RFC 8032). */
export type SignatureCheck = (
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
) => Promise<boolean>

export class KeySet {
  readonly #settings: Settings
  #keys: ReadonlyMap<string, SignatureCheck> = new Map()
  #isLoaded = false
  #isLoading = false
  #askedAt = -Infinity
  #lastLoad: Promise<void> = Promise.resolve()

  constructor(settings: Settings) {
    this.#settings = settings
  }

  get isLoaded(): boolean {
    return this.#isLoaded
  }

  /** Whether all of these are in the set as it was last fetched. */
  has(kids: readonly string[]): boolean {
    return kids.every((kid) => this.#keys.has(kid))
  }

  /** Undefined when the broker publishes no such key. Rejects when it cannot be asked. */
  async find(kid: string): Promise<SignatureCheck | undefined> {
    if (!this.#keys.has(kid)) await this.load()
    return this.#keys.get(kid)
  }

  /** To be called now and then. */
  renew(): void {
    if (this.#age() > longestKept) this.load().catch(this.#settings.report)
  }

  /** Fetches the set, unless that was just done. */
  load(): Promise<void> {
    if (this.#isLoading || this.#age() < pause) return this.#lastLoad
    this.#askedAt = this.#now()
    this.#isLoading = true
    this.#lastLoad = this.#fetch().finally(() => {
      this.#isLoading = false
    })
    return this.#lastLoad
  }

  async #fetch(): Promise<void> {
    const { broker, maxStaleness: timeout } = this.#settings
    const { keys } = await broker.jwks({ timeout })
    const imported = await Promise.all(keys.slice(0, mostKeys).map(importKey))
    this.#keys = new Map(imported.filter((entry) => entry !== undefined))
    this.#isLoaded = true
  }

  #age(): number {
    return this.#now() - this.#askedAt
  }

  #now(): number {
    return this.#settings.broker.transport.surroundings.elapsed()
  }
}

/** With its name; undefined for a key of another kind, or under a name that is not its own. */
async function importKey(published: unknown): Promise<[string, SignatureCheck] | undefined> {
  const members = typeof published === 'object' && published !== null ? { ...published } : {}
  const { kty, crv, x, kid }: Readonly<Record<string, unknown>> = members
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string') return undefined
  const bytes = decodeBase64url(x)
  if (bytes?.length !== 32) return undefined
  const digest = await crypto.subtle.digest('SHA-256', encoder.encode(keyIdInput(x)))
  if (encodeBase64url(new Uint8Array(digest)) !== kid) return undefined
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify'])
  return [kid, (signature, signed) => crypto.subtle.verify(algorithm, key, signature, signed)]
}
