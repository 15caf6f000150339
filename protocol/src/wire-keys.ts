/** The JSON of signing keys, as it goes over the wire (contract 4.26, 4.28). Types only; times are RFC 3339 in UTC. */
import type { PublishedKey } from './wire.ts'

/** The body of POST /v1/admin/keys/rotate (contract 4.26); no body means `{}`. */
export interface RotateKeyRequest {
  /** The key is compromised: everything that it signed is dead at once. */
  readonly emergency?: boolean
  /** In an emergency: which key, by default the active one. */
  readonly kid?: string
}

/** The answer of POST /v1/admin/keys/rotate. */
export interface RotateKeyResponse {
  /** The key that signs from now on. */
  readonly kid: string
  readonly previous_kid: string
  /** Until then at the latest the previous key's tokens are accepted; in an emergency they are not any more. */
  readonly previous_retires_at: string
}

/** A key that signs or has signed (contract 2.9). */
export interface AuditKey extends PublishedKey {
  readonly status: 'active' | 'retiring' | 'retired' | 'compromised'
  readonly created_at: string
  readonly retired_at?: string
}

/** The answer of GET /v1/audit/keys (contract 4.28): every key that ever signed, newest first. */
export interface AuditKeyList {
  readonly keys: AuditKey[]
}
