import { readFileSync } from 'node:fs'
import type { AuditEvent, Checkpoint, Claims, DelegationRecord } from '@agentwrit/protocol'
import type { RevocationLevel } from '@agentwrit/protocol'

/** The files in vectors/, by name. Hashes are SHA-256 in hex. */
export interface Vectors {
  readonly keys: {
    /** RFC 8037 appendix A, as the key file of a deployment. */
    readonly file_key: { readonly d: string; readonly x: string; readonly kid: string }
    readonly first_signing_key: { readonly info: string; readonly x: string; readonly kid: string }
  }
  readonly 'delegation-chain': {
    readonly chain: [DelegationRecord, DelegationRecord]
    /** For each record, of what its signature covers. */
    readonly input_sha256: string[]
    /** For each record, of the chain that ends with it. */
    readonly chain_hash: string[]
  }
  readonly 'audit-event': AuditEvent
  readonly checkpoint: Checkpoint
  readonly 'published-target': {
    readonly level: RevocationLevel
    readonly target: string
    readonly sha256: string
  }
  readonly token: { readonly claims: Claims; readonly header: string; readonly token: string }
}

export function readVector<Name extends keyof Vectors>(name: Name): Vectors[Name] {
  const file = new URL(`vectors/${name}.json`, import.meta.url)
  const vector: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return vector as Vectors[Name]
}
