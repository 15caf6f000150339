import { encodeBase64url } from '@agentwrit/protocol'
import type { PublishedKey } from '@agentwrit/protocol'
import type { Keys } from '../domain/tokens/keys.ts'
import { toPublishedKey } from '../domain/signing-keys/published-key.ts'
import type { SigningKey } from '../domain/signing-keys/signing-key.ts'
import { keystoreKey } from './derived-keys.ts'
import type { Ed25519, Signer } from './ed25519.ts'
import { keyIdOf } from '../domain/tokens/key-id.ts'
import { changedRow, openSigningKey } from './sealed-key.ts'

/** The signing keys that the rows of the store make accepted, one of which signs. */
export interface KeyRing {
  readonly activeKid: string
  /** Of every accepted key, by kid: what a retiring one has signed may have to be signed again. */
  readonly signers: ReadonlyMap<string, Signer>
  /** Public keys by kid: the active one and the retiring ones. */
  readonly accepted: ReadonlyMap<string, Uint8Array>
  /** The active key first, then the retiring ones, the youngest first. */
  readonly published: readonly PublishedKey[]
  readonly importedKey: Keys['importedKey']
}

/** Throws unless exactly one key is active and every accepted one was sealed, as it stands here, under this seed. */
export function openKeyRing(
  rows: readonly SigningKey[],
  seed: Uint8Array,
  ed25519: Ed25519,
): KeyRing {
  const sealingKey = keystoreKey(seed)
  const open = (row: SigningKey): OpenedKey => openKey(row, sealingKey, ed25519)
  const active = open(requireActive(rows))
  const accepted = [active, ...findRetiring(rows).map(open)]
  return {
    activeKid: active.row.kid,
    signers: new Map(accepted.map(({ row, seed: own }) => [row.kid, ed25519.signer(own)])),
    accepted: new Map(accepted.map(({ row, publicKey }) => [row.kid, publicKey])),
    published: accepted.map(({ row }) => toPublishedKey(row)),
    importedKey: findImported(accepted),
  }
}

interface OpenedKey {
  readonly row: SigningKey
  readonly seed: Uint8Array
  readonly publicKey: Uint8Array
}

function requireActive(rows: readonly SigningKey[]): SigningKey {
  const [active, ...others] = rows.filter(({ status }) => status === 'active')
  if (active === undefined) throw new Error('the store holds no active signing key')
  if (others.length > 0) throw new Error('the store holds more than one active signing key')
  return active
}

function findRetiring(rows: readonly SigningKey[]): SigningKey[] {
  const retiring = rows.filter(({ status }) => status === 'retiring')
  return retiring.toSorted((one, other) => other.createdAt - one.createdAt)
}

function openKey(row: SigningKey, sealingKey: Uint8Array, ed25519: Ed25519): OpenedKey {
  const seed = openSigningKey(row, sealingKey)
  if (seed === undefined) throw new Error(changedRow(row))
  const publicKey = ed25519.publicKeyOf(seed)
  const x = encodeBase64url(publicKey)
  if (x !== row.x || keyIdOf(x) !== row.kid) {
    throw new Error(`signing key ${row.kid} is not the key that its row names`)
  }
  return { row, seed, publicKey }
}

function findImported(keys: readonly OpenedKey[]): Keys['importedKey'] {
  for (const { row } of keys) {
    if (row.importedAt !== undefined) return { kid: row.kid, at: row.importedAt }
  }
  return undefined
}
