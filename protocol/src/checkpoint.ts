/**
 * Signed checkpoints over the audit chain (contract 5.4). Law: a checkpoint kept elsewhere proves
 * that the log once reached this event: a log cut off before it, or rewritten up to it, is found.
 */
import { canonicalize } from './jcs.ts'

/** A signed statement of a broker about its audit chain: this event, with this hash, was there at this time. */
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

/**
 * The text (UTF-8) that a checkpoint's signature covers: `agentwrit-checkpoint-v1`, a line feed, and `hash`, `seq` and
 * `time` in RFC 8785 form. Other members are left out. Throws a TypeError when JSON cannot say them.
 *
 * @example
 * ```ts
 * async function isSigned(checkpoint: Checkpoint, published: PublishedKey): Promise<boolean> {
 *   const key = await crypto.subtle.importKey('jwk', published, 'Ed25519', false, ['verify'])
 *   const signature = decodeHex(checkpoint.signature) ?? new Uint8Array()
 *   const signed = new TextEncoder().encode(checkpointInput(checkpoint))
 *   return crypto.subtle.verify('Ed25519', key, signature, signed)
 * }
 * ```
 */
export function checkpointInput({
  hash,
  seq,
  time,
}: Pick<Checkpoint, 'hash' | 'seq' | 'time'>): string {
  return `agentwrit-checkpoint-v1\n${canonicalize({ hash, seq, time })}`
}
