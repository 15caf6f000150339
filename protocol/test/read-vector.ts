import { readFileSync } from 'node:fs'
import type { AuditEvent, AuditExportFault, AuditKey } from '@agentwrit/protocol'
import type { Checkpoint, Claims, DelegationRecord } from '@agentwrit/protocol'
import type { ChainError, RevocationLevel } from '@agentwrit/protocol'

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
  /** A whole log as JSON Lines, with checkpoints that were kept elsewhere; the key of the first one was compromised later. */
  readonly 'audit-export': {
    readonly keys: AuditKey[]
    readonly checkpoints: Checkpoint[]
    readonly lines: string[]
    /** The same with one change each: the first bad event, and why. */
    readonly changed: {
      readonly change: string
      readonly lines: string[]
      readonly checkpoints: Checkpoint[]
      readonly error: { readonly seq: number; readonly reason: AuditExportFault }
    }[]
  }
  readonly 'published-target': {
    readonly level: RevocationLevel
    readonly target: string
    readonly sha256: string
  }
  readonly token: TokenVector
  /** The token of the whole chain. */
  readonly 'delegated-token': TokenVector
  /** The same with one change each, and hashes and the token's signature made anew: none of them is valid. */
  readonly 'changed-delegated-tokens': {
    /** `record <index>: <member>`, or what else is changed. */
    readonly change: string
    /** What is wrong when both keys of `keys` are accepted. */
    readonly error: ChainError
    readonly token: string
  }[]
}

interface TokenVector {
  readonly claims: Claims
  readonly header: string
  readonly token: string
}

export function readVector<Name extends keyof Vectors>(name: Name): Vectors[Name] {
  const file = new URL(`vectors/${name}.json`, import.meta.url)
  const vector: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return vector as Vectors[Name]
}
