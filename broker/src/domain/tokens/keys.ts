import type { Claims, PublishedKey } from '@agentwrit/protocol'

/** What a token says that one of our accepted keys signed. */
export interface OpenedToken {
  readonly kid: string
  readonly payload: unknown
}

/** Everything that needs a secret, so that no verb ever holds one. */
export interface Keys {
  /** The key that signs. */
  readonly activeKid: string
  /** Signed JWS compact serialisation of the claims, by the active key. */
  sign(claims: Claims): string
  /** The same under the accepted key of this kid, to the last byte (Ed25519 is deterministic); undefined if there is none. */
  signAgain(claims: Claims, kid: string): string | undefined
  /** A key that came from an AgentWrit 2.0 broker, and when (milliseconds): its older tokens have no session. */
  readonly importedKey: { readonly kid: string; readonly at: number } | undefined
  /** Undefined unless one of our accepted keys signed it. Off the loop; a full queue is a Fault 503. */
  openToken(token: string): Promise<OpenedToken | undefined>
  /** The same on the loop, never refused for a full queue: operators get in while strangers flood. */
  openTokenAtOnce(token: string): OpenedToken | undefined
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
}
