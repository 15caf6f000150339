// Points and signatures that no honest implementation would make, to attack those we use.
import { createHash } from 'node:crypto'
import { L, P, add, decodePoint, multiply, type Point } from '../../src/crypto/edwards25519.ts'

export type Bytes = Uint8Array<ArrayBuffer>

/** RFC 8032, section 5.1: the y of the base point is 4/5, its x is even. */
export const BASE = requirePoint(littleEndian((4n * invert(5n)) % P))

/** A point of order 8: what remains of a point outside the prime-order subgroup when that part is multiplied away. */
const EIGHTH = findPointOfOrderEight()

/** The eight points of small order, the neutral element first. */
export const smallOrderPoints: readonly Point[] = Array.from({ length: 8 }, (_, times) =>
  multiply(EIGHTH, BigInt(times)),
)

/** Every encoding of a point of small order that some decoder might take: canonical, y + p, and a sign on x = 0. */
export function encodingsOfSmallOrder(): Bytes[] {
  return smallOrderPoints.flatMap((point) => {
    const { x, y } = affine(point)
    const signs = x === 0n ? [0n, 1n] : [x & 1n]
    const heights = y + P < 2n ** 255n ? [y, y + P] : [y]
    return heights.flatMap((height) => signs.map((sign) => littleEndian(height | (sign << 255n))))
  })
}

export function encode(point: Point): Bytes {
  const { x, y } = affine(point)
  return littleEndian(y | ((x & 1n) << 255n))
}

export interface Parts {
  /** Private scalar, and the small-order point that is added to the public key. */
  readonly scalar: bigint
  readonly keyTorsion?: Point
  /** Secret of R, and the small-order point that is added to R. */
  readonly once: bigint
  readonly torsion?: Point
}

/** A signature that satisfies the verification equation up to points of small order. */
export function forge(message: Uint8Array, parts: Parts): { publicKey: Bytes; signature: Bytes } {
  const publicKey = encode(shift(multiply(BASE, parts.scalar), parts.keyTorsion))
  const commitment = encode(shift(multiply(BASE, parts.once), parts.torsion))
  const digest = createHash('sha512').update(commitment).update(publicKey).update(message).digest()
  const challenge = bigEndian(digest.toReversed()) % L
  const answer = (parts.once + challenge * parts.scalar) % L
  return { publicKey, signature: joined(commitment, littleEndian(answer)) }
}

/** The signature with the group order added to S, `times` over. */
export function addOrder(signature: Uint8Array, times: bigint): Bytes {
  const answer = bigEndian(signature.slice(32).toReversed())
  return joined(signature.subarray(0, 32), littleEndian(answer + times * L))
}

export function littleEndian(number: bigint): Bytes {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((number >> BigInt(8 * index)) & 255n))
}

export function joined(...parts: readonly Uint8Array[]): Bytes {
  return new Uint8Array(Buffer.concat(parts))
}

function bigEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function shift(point: Point, torsion: Point | undefined): Point {
  return torsion === undefined ? point : add(point, torsion)
}

function affine({ X, Y, Z }: Point): { x: bigint; y: bigint } {
  const inverse = invert(Z)
  return { x: (X * inverse) % P, y: (Y * inverse) % P }
}

/** Fermat: a to the power p - 2. */
function invert(number: bigint): bigint {
  let result = 1n
  let square = number % P
  for (let rest = P - 2n; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % P
    square = (square * square) % P
  }
  return result
}

function findPointOfOrderEight(): Point {
  for (let y = 2n; ; y++) {
    const point = decodePoint(littleEndian(y))
    if (point === undefined) continue
    const torsion = multiply(point, L)
    // Four times a point of order eight is the point of order two, (0, -1).
    if (affine(multiply(torsion, 4n)).y === P - 1n) return torsion
  }
}

function requirePoint(encoded: Uint8Array): Point {
  const point = decodePoint(encoded)
  if (point === undefined) throw new Error('not a point')
  return point
}
