import type { Claims, PublishedKey, SignedBytes } from '@agentwrit/protocol'
import type { SigningKey, SigningKeyChange } from '../signing-keys/signing-key.ts'

/** What a token says that one of our accepted keys signed. */
export interface OpenedToken {
  readonly kid: string
  readonly payload: unknown
}

/** Everything that needs a secret, so that no verb ever holds one. */
export interface Keys {
  /** The key that signs, at present. */
  readonly activeKid: string
  /** Signed JWS compact serialisation of the claims, by the active key. */
  sign(claims: Claims): string
  /** The same under the accepted key of this kid, to the last byte (Ed25519 is deterministic); undefined if there is none. */
  signAgain(claims: Claims, kid: string): string | undefined
  /** Ed25519 by the active key; what is signed says by its first line what it is for. */
  signMessage(message: Uint8Array): Uint8Array
  /** A key that came from an AgentWrit 2.0 broker, and when (milliseconds): its older tokens have no session. */
  readonly importedKey: { readonly kid: string; readonly at: number } | undefined
  /** Whether the key is active or retiring. What was verified before an await is asked about again after it. */
  accepts(kid: string): boolean
  /** Undefined unless one of our accepted keys signed it. Off the loop; a full queue is a Fault 503. */
  openToken(token: string): Promise<OpenedToken | undefined>
  /** The same on the loop, never refused for a full queue: operators get in while strangers flood. */
  openTokenAtOnce(token: string): OpenedToken | undefined
  /** Whether this could be a token of a key that is not accepted here: perhaps another broker has just made it. */
  namesUnknownKey(token: string): boolean
  /** Whether the signature is that of the accepted key it names; undefined if none has that kid. Off the loop, bounded. */
  verifyMessage(signed: SignedBytes): Promise<boolean | undefined>
  /** The same on the loop, never refused for a full queue. */
  verifyMessageAtOnce(signed: SignedBytes): boolean | undefined
  /** Whether 32 bytes are the canonical encoding of a point in the prime-order subgroup (libsodium's rule). */
  isPublicKey(publicKey: Uint8Array): boolean
  /** Ed25519 over any message under a foreign key, off the loop. */
  verifySignature(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean>
  /** First 16 bytes of HMAC-SHA-256 under the nonce key. */
  nonceMac(bytes: Uint8Array): Uint8Array
  /** Constant time; one comparison at a time, eight waiting, then a Fault 503. */
  isAdminSecret(presented: string): Promise<boolean>
  /** Active key first, then retiring ones. */
  published(): readonly PublishedKey[]
  /** A fresh random key that is to be the active one; made at this instant, milliseconds. */
  makeSigningKey(at: number): SigningKey
  /** The key's row after the change: sealed anew, or its private half gone. Throws if the row is not as it was sealed. */
  reseal(row: SigningKey, change: SigningKeyChange): SigningKey
  /**
   * Takes over what rows of the store say, of all keys or of some: whether anything changed. What is older than what is
   * known changes nothing. Throws if the keys do not open: then no new one is accepted, and none that the rows retire.
   */
  learn(rows: readonly SigningKey[]): boolean
}
