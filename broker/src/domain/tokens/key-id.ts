import { createHash } from 'node:crypto'
import { keyIdInput } from '@agentwrit/protocol'

/** RFC 7638 thumbprint of an Ed25519 public key given as base64url. */
export function keyIdOf(x: string): string {
  return createHash('sha256').update(keyIdInput(x)).digest('base64url')
}
