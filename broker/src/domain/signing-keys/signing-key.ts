// A signing key as it is kept: the private half encrypted under the deployment's seed, the row under a MAC. It is
// public while any token it signed may live.
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { Outcome } from '../outcome.ts'
import type { PresentedSession, SessionGuard } from '../tokens/presented-session.ts'

/** A key's status only ever rises, in this order. */
export const signingKeyStatuses = ['active', 'retiring', 'retired', 'compromised'] as const

export type SigningKeyStatus = (typeof signingKeyStatuses)[number]

export interface SigningKey {
  readonly kid: string
  /** Ed25519 public key, base64url without padding. */
  readonly x: string
  /**
   * AES-256-GCM of the 32-byte private seed, base64url; its associated data are kid, status and dates. Empty once the
   * key is retired or compromised: the private half is destroyed.
   */
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

/** What can become of a key; nothing else about it ever changes. */
export type SigningKeyChange =
  | { readonly status: 'retiring'; readonly retiresAt: number }
  | { readonly status: 'retired' | 'compromised'; readonly retiredAt: number }

/** Whether what the key has signed is accepted. */
export function isAccepted({ status }: Pick<SigningKey, 'status'>): boolean {
  return status === 'active' || status === 'retiring'
}

/** A key's row as it was read, and what it is to be. */
export interface ChangedKey {
  readonly before: SigningKey
  readonly after: SigningKey
}

export interface KeyRotation {
  readonly previous: ChangedKey
  /** The key that signs from now on, unless the previous one was not active. */
  readonly made?: SigningKey
  readonly isEmergency: boolean
}

export interface SigningKeyStore {
  /** Every key there ever was, the oldest first. */
  all(): Promise<SigningKey[]>
  /** One change: the previous key's row is still as it was read, and the new one takes its place. */
  rotate(
    rotation: KeyRotation,
    presented: PresentedSession,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<SessionGuard | 'key_changed'>>
  /** One change: a retiring key's row is still as it was read, and its private half goes. */
  retire(key: ChangedKey, events: readonly NewAuditEvent[]): Promise<Outcome<'key_changed'>>
  /** Whether a session that is not over at this time (milliseconds) has had a token of this key. */
  isInUse(kid: string, at: number): Promise<boolean>
  /** When the last of the sessions that are not over at this time will be, at the latest; milliseconds, 0 without any. */
  lastSessionEnd(at: number): Promise<number>
}
