import { createHash, createPrivateKey, type KeyObject } from 'node:crypto'

/** DER of a PKCS#8 Ed25519 private key before its 32 bytes (RFC 8410). */
const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** An Ed25519 private key that is the same in each run, for whatever is shown or compared. */
export function keyOfSeed(seed: string): KeyObject {
  const bytes = createHash('sha256').update(seed).digest()
  return createPrivateKey({ key: Buffer.concat([prefix, bytes]), format: 'der', type: 'pkcs8' })
}
