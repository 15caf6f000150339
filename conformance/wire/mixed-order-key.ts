import { createHash, generateKeyPairSync } from 'node:crypto'

/**
 * A public key outside the prime-order subgroup (RFC 8032 section 5.1), with a signature that a verifier without
 * cofactor accepts: a usual key plus the point (0, -1) of order 2, that is the same point with both coordinates negated.
 */
export function mixedOrderProof(nonce: string): { public_key: string; signature: string } {
  const message = Buffer.from(nonce, 'hex')
  const owner = drawKey()
  const publicKey = negate(owner.point)
  for (;;) {
    const commitment = drawKey()
    const challenge = toScalar(sha512(commitment.point, publicKey, message))
    // An even multiple of a point of order 2 is nothing, so the equation holds.
    if (challenge % 2n !== 0n) continue
    const proof = (commitment.secret + challenge * owner.secret) % groupOrder
    return {
      public_key: publicKey.toString('base64'),
      signature: Buffer.concat([commitment.point, toBytes(proof)]).toString('base64'),
    }
  }
}

const fieldPrime = 2n ** 255n - 19n
const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n

interface Key {
  readonly secret: bigint
  readonly point: Buffer
}

/** RFC 8032 section 5.1.5. */
function drawKey(): Key {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const hash = sha512(Buffer.from(jwk.d ?? '', 'base64url')).subarray(0, 32)
  hash.writeUInt8(hash.readUInt8(0) & 248, 0)
  hash.writeUInt8((hash.readUInt8(31) & 127) | 64, 31)
  return { secret: toNumber(hash), point: Buffer.from(jwk.x ?? '', 'base64url') }
}

/** The encoding is y, with the lowest bit of x on top: -x is odd where x is even. */
function negate(point: Buffer): Buffer {
  const encoded = toNumber(point)
  const y = encoded & (2n ** 255n - 1n)
  const sign = encoded >> 255n
  return toBytes(fieldPrime - y + ((1n - sign) << 255n))
}

function sha512(...parts: Buffer[]): Buffer {
  return createHash('sha512').update(Buffer.concat(parts)).digest()
}

function toScalar(bytes: Buffer): bigint {
  return toNumber(bytes) % groupOrder
}

/** Little-endian. */
function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`)
}

function toBytes(value: bigint): Buffer {
  return Buffer.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').toReversed())
}
