import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { canonicalize, decodeBase64url, encodeBase64url } from '@agentwrit/protocol'
import {
  isAccepted,
  type SigningKey,
  type SigningKeyChange,
} from '../domain/signing-keys/signing-key.ts'
import { firstSigningSeed, keystoreKey } from './derived-keys.ts'
import { SEED_LENGTH } from './ed25519.ts'
import { keyIdOf } from '../domain/tokens/key-id.ts'
import { nodeEd25519 } from './node-ed25519.ts'

// AES-256-GCM (NIST SP 800-38D): 12 random bytes, 32 encrypted ones, a tag of 16. Kid, status and dates are
// authenticated with them, so that nobody who writes to the store can make a retired key sign or be accepted again.
const CIPHER = 'aes-256-gcm'
const NONCE_LENGTH = 12
const TAG_LENGTH = 16

/** What a key's row says in the clear. */
export type SigningKeyFacts = Omit<SigningKey, 'sealed'>

export interface FirstSigningKey {
  /** The deployment's seed. */
  readonly seedFile: Uint8Array
  /** The file's own key, brought from an AgentWrit 2.0 broker, instead of a derived one. */
  readonly imported: boolean
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** The signing key that a new store begins with. */
export function makeFirstSigningKey({ seedFile, imported, at }: FirstSigningKey): SigningKey {
  const seed = imported ? seedFile : firstSigningSeed(seedFile)
  const x = encodeBase64url(nodeEd25519().publicKeyOf(seed))
  const own = { kid: keyIdOf(x), x, status: 'active', createdAt: at } as const
  return sealSigningKey(imported ? { ...own, importedAt: at } : own, seed, keystoreKey(seedFile))
}

/** A key of its own, which no other secret leads to: whoever steals the deployment's seed cannot derive it. */
export function makeRandomSigningKey(at: number, sealingKey: Uint8Array): SigningKey {
  const seed = randomBytes(SEED_LENGTH)
  const x = encodeBase64url(nodeEd25519().publicKeyOf(seed))
  return sealSigningKey({ kid: keyIdOf(x), x, status: 'active', createdAt: at }, seed, sealingKey)
}

/** The row after the change: sealed anew, or without its private half. Throws if the row is not as it was sealed. */
export function resealSigningKey(
  row: SigningKey,
  change: SigningKeyChange,
  sealingKey: Uint8Array,
): SigningKey {
  const { sealed: _, ...facts } = { ...row, ...change }
  if (!isAccepted(facts)) return { ...facts, sealed: '' }
  const seed = openSigningKey(row, sealingKey)
  if (seed === undefined) throw new Error(changedRow(row))
  return sealSigningKey(facts, seed, sealingKey)
}

/** What to say of a row that does not open. */
export function changedRow({ kid }: SigningKey): string {
  return `signing key ${kid} was changed or is sealed under another seed`
}

/** The key's row, with its private seed encrypted. Whoever changes status or dates seals anew. */
export function sealSigningKey(
  facts: SigningKeyFacts,
  seed: Uint8Array,
  sealingKey: Uint8Array,
): SigningKey {
  // Never from an injected source: a repeated nonce would give the key away.
  const nonce = randomBytes(NONCE_LENGTH)
  const cipher = createCipheriv(CIPHER, sealingKey, nonce, { authTagLength: TAG_LENGTH })
  cipher.setAAD(associatedData(facts))
  const encrypted = Buffer.concat([cipher.update(seed), cipher.final()])
  const sealed = Buffer.concat([nonce, encrypted, cipher.getAuthTag()])
  return { ...facts, sealed: encodeBase64url(sealed) }
}

/** The private seed, or undefined when the row is not what was sealed or was sealed under another deployment's seed. */
export function openSigningKey(row: SigningKey, sealingKey: Uint8Array): Uint8Array | undefined {
  const sealed = decodeBase64url(row.sealed)
  if (sealed?.length !== NONCE_LENGTH + SEED_LENGTH + TAG_LENGTH) return undefined
  const nonce = sealed.subarray(0, NONCE_LENGTH)
  const decipher = createDecipheriv(CIPHER, sealingKey, nonce, { authTagLength: TAG_LENGTH })
  decipher.setAAD(associatedData(row))
  decipher.setAuthTag(sealed.subarray(NONCE_LENGTH + SEED_LENGTH))
  const seed = decipher.update(sealed.subarray(NONCE_LENGTH, NONCE_LENGTH + SEED_LENGTH))
  try {
    return Buffer.concat([seed, decipher.final()])
  } catch {
    return undefined
  }
}

/** `x` needs no place here: `kid` is its thumbprint. Dates that are not set are left out. */
function associatedData(facts: SigningKeyFacts): Buffer {
  const { kid, status, createdAt, importedAt, retiresAt, retiredAt } = facts
  const dates = Object.entries({ createdAt, importedAt, retiresAt, retiredAt })
  const set = Object.fromEntries(dates.filter(([, date]) => date !== undefined))
  return Buffer.from(`agentwrit-signing-key-v1\n${canonicalize({ kid, status, ...set })}`)
}
