import { PUBLIC_KEY_LENGTH, SIGNATURE_LENGTH } from './ed25519.ts'

/** One signature to be verified: a key of 32 bytes, a signature of 64. */
export interface SignatureCheck {
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

const LENGTH = 4
const OVERHEAD = PUBLIC_KEY_LENGTH + SIGNATURE_LENGTH + LENGTH

/** All checks in one block of bytes, which changes threads without being copied. */
export function packBatch(checks: readonly SignatureCheck[]): Uint8Array<ArrayBuffer> {
  const size = checks.reduce((sum, { message }) => sum + OVERHEAD + message.length, 0)
  const packed = new Uint8Array(size)
  const view = new DataView(packed.buffer)
  let at = 0
  for (const { publicKey, message, signature } of checks) {
    packed.set(publicKey, at)
    packed.set(signature, at + PUBLIC_KEY_LENGTH)
    view.setUint32(at + OVERHEAD - LENGTH, message.length)
    packed.set(message, at + OVERHEAD)
    at += OVERHEAD + message.length
  }
  return packed
}

/** The checks of a packed batch, in the same order, as views of its bytes. */
export function unpackBatch(packed: Uint8Array): SignatureCheck[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const checks: SignatureCheck[] = []
  let at = 0
  while (at < packed.length) {
    const messageAt = at + OVERHEAD
    const end = messageAt + view.getUint32(messageAt - LENGTH)
    checks.push({
      publicKey: packed.subarray(at, at + PUBLIC_KEY_LENGTH),
      signature: packed.subarray(at + PUBLIC_KEY_LENGTH, messageAt - LENGTH),
      message: packed.subarray(messageAt, end),
    })
    at = end
  }
  return checks
}
