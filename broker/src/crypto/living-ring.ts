// The ring follows the store while the broker runs. Law: a key's status only ever rises, so of two rows of one key the
// higher one is true, whoever read them when; what is once known to be retired is never accepted again.
import type { PublishedKey } from '@agentwrit/protocol'
import { keyChanged } from '../domain/fault.ts'
import {
  isAccepted,
  signingKeyStatuses,
  type SigningKey,
} from '../domain/signing-keys/signing-key.ts'
import type { Keys } from '../domain/tokens/keys.ts'
import type { Ed25519, Signer } from './ed25519.ts'
import { openKeyRing, type KeyRing } from './key-ring.ts'

export class LivingRing {
  readonly #seed: Uint8Array
  readonly #ed25519: Ed25519
  /** Of every key that was ever seen, its highest row. */
  #rows: ReadonlyMap<string, SigningKey>
  #ring: KeyRing

  /** Throws as `openKeyRing` does. */
  constructor(rows: readonly SigningKey[], seed: Uint8Array, ed25519: Ed25519) {
    this.#seed = seed
    this.#ed25519 = ed25519
    this.#ring = openKeyRing(rows, seed, ed25519)
    this.#rows = risen(new Map(), rows)
  }

  get activeKid(): string {
    return this.#ring.activeKid
  }

  get importedKey(): Keys['importedKey'] {
    return this.#ring.importedKey
  }

  get published(): readonly PublishedKey[] {
    return this.#ring.published.filter(({ kid }) => this.accepts(kid))
  }

  accepts(kid: string): boolean {
    const row = this.#rows.get(kid)
    return row !== undefined && isAccepted(row) && this.#ring.accepted.has(kid)
  }

  publicKeyOf(kid: string): Uint8Array | undefined {
    return this.accepts(kid) ? this.#ring.accepted.get(kid) : undefined
  }

  signerOf(kid: string): Signer | undefined {
    return this.accepts(kid) ? this.#ring.signers.get(kid) : undefined
  }

  /** Throws a Fault 503 while no key may sign. */
  get activeSigner(): Signer {
    const signer = this.signerOf(this.activeKid)
    if (signer === undefined) throw keyChanged()
    return signer
  }

  /** Whether anything changed; throws as `openKeyRing` does, and the old ring stays without the keys that are over. */
  learn(rows: readonly SigningKey[]): boolean {
    const all = risen(this.#rows, rows)
    if (all === this.#rows) return false
    const over = rows.filter((row) => !isAccepted(row))
    this.#rows = risen(this.#rows, over)
    this.#ring = openKeyRing([...all.values()], this.#seed, this.#ed25519)
    this.#rows = all
    return true
  }
}

type Rows = ReadonlyMap<string, SigningKey>

/** The same map if nothing in it rises. */
function risen(known: Rows, rows: readonly SigningKey[]): Rows {
  const higher = rows.filter((row) => isHigher(row, known.get(row.kid)))
  if (higher.length === 0) return known
  return new Map([...known, ...higher.map((row) => [row.kid, row] as const)])
}

function isHigher(row: SigningKey, known: SigningKey | undefined): boolean {
  return known === undefined || rankOf(row) > rankOf(known)
}

function rankOf({ status }: SigningKey): number {
  return signingKeyStatuses.indexOf(status)
}
