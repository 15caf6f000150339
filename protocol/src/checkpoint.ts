/**
 * Signed checkpoints over the audit chain (contract 5.4). Law: a checkpoint kept elsewhere proves
 * that the log once reached this event: a log cut off before it, or rewritten up to it, is found.
 */
import { canonicalize } from './jcs.ts'

export interface Checkpoint {
  /** The event it stands on, and that event's hash. */
  readonly seq: number
  readonly hash: string
  /** RFC 3339 UTC with three fractional digits. */
  readonly time: string
  /** Key that made `signature`. */
  readonly kid: string
  /** Ed25519 in hex over `checkpointInput`. */
  readonly signature: string
}

/** The text (UTF-8) that a checkpoint's signature covers. Other members are left out. */
export function checkpointInput({
  hash,
  seq,
  time,
}: Pick<Checkpoint, 'hash' | 'seq' | 'time'>): string {
  return `agentwrit-checkpoint-v1\n${canonicalize({ hash, seq, time })}`
}
