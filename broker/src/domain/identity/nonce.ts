// A nonce proves that a registration is fresh. It authenticates itself (expiry, random bytes, MAC), so that issuing
// one stores nothing and floods nobody; only a used one is recorded, in the registration's own change, so that it
// proves at most one key in the whole deployment (contract 3.1).
import { timingSafeEqual } from 'node:crypto'
import { decodeHex, encodeHex } from '@agentwrit/protocol'
import type { Clock, Random } from '../surroundings.ts'
import type { Keys } from '../tokens/keys.ts'

type NonceKeys = Pick<Keys, 'nonceMac'>

/** Seconds. */
export const nonceLifetime = 30

const MAC_STARTS_AT = 16

export interface Nonce {
  /** The 32 bytes that the agent signs. */
  readonly bytes: Uint8Array
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export function makeNonce(keys: NonceKeys, clock: Clock, random: Random): string {
  const bytes = new Uint8Array(32)
  const expiresAt = BigInt(clock() + nonceLifetime * 1000)
  new DataView(bytes.buffer).setBigUint64(0, expiresAt << 16n)
  bytes.set(random(10), 6)
  bytes.set(keys.nonceMac(bytes.subarray(0, MAC_STARTS_AT)), MAC_STARTS_AT)
  return encodeHex(bytes)
}

/** The nonce if it is one of ours, expired or not. */
export function readNonce(text: string, keys: NonceKeys): Nonce | undefined {
  const bytes = decodeHex(text)
  if (bytes === undefined || bytes.length !== 32) return undefined
  const mac = keys.nonceMac(bytes.subarray(0, MAC_STARTS_AT))
  if (!timingSafeEqual(mac, bytes.subarray(MAC_STARTS_AT))) return undefined
  return { bytes, expiresAt: Number(new DataView(bytes.buffer).getBigUint64(0) >> 16n) }
}
