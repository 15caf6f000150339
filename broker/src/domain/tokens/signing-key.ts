// A signing key as it is kept: the private half encrypted under the deployment's seed, the row under a MAC. It is
// public while any token it signed may live.
export type SigningKeyStatus = 'active' | 'retiring' | 'retired' | 'compromised'

export interface SigningKey {
  readonly kid: string
  /** Ed25519 public key, base64url without padding. */
  readonly x: string
  /** AES-256-GCM of the 32-byte private seed, base64url; its associated data are kid, status and dates. */
  readonly sealed: string
  readonly status: SigningKeyStatus
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Imported from a 2.0 broker at this instant (milliseconds); absent for our own keys. */
  readonly importedAt?: number
  /** Of a retiring key, milliseconds: when it is retired at the latest. */
  readonly retiresAt?: number
  /** Of a retired or compromised key, milliseconds: nothing it signed is accepted from then on. */
  readonly retiredAt?: number
}

export interface SigningKeyStore {
  all(): Promise<SigningKey[]>
}
