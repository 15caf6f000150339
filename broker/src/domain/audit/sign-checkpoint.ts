import { checkpointInput, encodeHex, type AuditHead, type Checkpoint } from '@agentwrit/protocol'
import type { Keys } from '../tokens/keys.ts'

/** A checkpoint by the active key, made at this instant (milliseconds). */
export function signCheckpoint(
  keys: Pick<Keys, 'activeKid' | 'signMessage'>,
  { seq, hash }: AuditHead,
  at: number,
): Checkpoint {
  const said = { seq, hash, time: new Date(at).toISOString() }
  const signature = keys.signMessage(new TextEncoder().encode(checkpointInput(said)))
  return { ...said, kid: keys.activeKid, signature: encodeHex(signature) }
}
