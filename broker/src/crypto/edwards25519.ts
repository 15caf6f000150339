// The curve of Ed25519 (RFC 8032, section 5.1), as far as it takes to judge a public key where libsodium is missing.
// Not constant time: it only ever sees public points.

/** Field prime. */
export const P = 2n ** 255n - 19n
/** Order of the base point. */
export const L = 2n ** 252n + 27742317777372353535851937790883648493n
const D = mod(-121665n * power(121666n, P - 2n))
const SQRT_MINUS_ONE = power(2n, (P - 1n) / 4n)

/** Extended homogeneous coordinates (section 5.1.4): x = X/Z, y = Y/Z, x * y = T/Z. */
export interface Point {
  readonly X: bigint
  readonly Y: bigint
  readonly Z: bigint
  readonly T: bigint
}

const NEUTRAL: Point = { X: 0n, Y: 1n, Z: 1n, T: 0n }

/** Whether the 32 bytes are the canonical encoding of a point of order exactly L. */
export function hasPrimeOrder(encoded: Uint8Array): boolean {
  const point = decodePoint(encoded)
  return point !== undefined && !isNeutral(point) && isNeutral(multiply(point, L))
}

/** Section 5.1.3. Undefined unless canonical (y below the prime, no sign for x = 0) and on the curve. */
export function decodePoint(encoded: Uint8Array): Point | undefined {
  if (encoded.length !== 32) return undefined
  const number = fromLittleEndian(encoded)
  const y = number & (2n ** 255n - 1n)
  const sign = number >> 255n
  if (y >= P) return undefined
  const x = findX(y)
  if (x === undefined || (x === 0n && sign === 1n)) return undefined
  const signed = (x & 1n) === sign ? x : P - x
  return { X: signed, Y: y, Z: 1n, T: mod(signed * y) }
}

/** A root of (y² - 1) / (dy² + 1), if there is one. */
function findX(y: bigint): bigint | undefined {
  const u = mod(y * y - 1n)
  const v = mod(D * y * y + 1n)
  const x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n))
  const square = mod(v * x * x)
  if (square === u) return x
  return square === mod(-u) ? mod(x * SQRT_MINUS_ONE) : undefined
}

export function multiply(point: Point, scalar: bigint): Point {
  let sum = NEUTRAL
  let doubled = point
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) sum = add(sum, doubled)
    doubled = add(doubled, doubled)
  }
  return sum
}

/** Section 5.1.4; complete on this curve, so it doubles as well. */
export function add(one: Point, other: Point): Point {
  const a = mod((one.Y - one.X) * (other.Y - other.X))
  const b = mod((one.Y + one.X) * (other.Y + other.X))
  const c = mod(2n * one.T * D * other.T)
  const d = mod(2n * one.Z * other.Z)
  const [e, f, g, h] = [b - a, d - c, d + c, b + a]
  return { X: mod(e * f), Y: mod(g * h), Z: mod(f * g), T: mod(e * h) }
}

function isNeutral({ X, Y, Z }: Point): boolean {
  return X === 0n && Y === Z
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = mod(base)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = mod(result * square)
    square = mod(square * square)
  }
  return result
}

/** The remainder that is not negative. */
function mod(value: bigint): bigint {
  const remainder = value % P
  return remainder < 0n ? remainder + P : remainder
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n)
}
