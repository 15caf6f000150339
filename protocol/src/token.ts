/**
 * Tokens: JWS compact (RFC 7515) signed with Ed25519 (RFC 8037), contract 2.1 and 2.4.
 * Laws: the header is byte for byte ours, so no algorithm can be chosen and nothing is critical; a
 * token has exactly one spelling; nothing is parsed before its length is known. Reading a token says
 * nothing about who signed it: verify `signature` over `signingInput` before you believe `payload`.
 */
import type { Claims } from './claims.ts'
import { decodeBase64url, encodeBase64url } from './encoding.ts'
import { isJsonObject, isThumbprint } from './form.ts'

/** Longest token, in bytes (and characters: a token is ASCII); contract 1.10. */
export const maxTokenLength = 16_384

/** A token taken apart, see `readToken`; nothing in it is verified. */
export interface TokenParts {
  /** Names the key, see `keyIdInput`: 43 characters of base64url. */
  readonly kid: string
  /** The first two parts as received: the ASCII bytes that the signature covers. */
  readonly signingInput: string
  /** A JSON object, not yet checked: see `readClaims`. */
  readonly payload: unknown
  /** 64 bytes. */
  readonly signature: Uint8Array<ArrayBuffer>
}

/**
 * The header's JSON, byte for byte (contract 2.1). `kid` is an RFC 7638 thumbprint; anything else throws a TypeError.
 *
 * @example
 * ```ts
 * const kid = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'
 * tokenHeader(kid) // '{"alg":"EdDSA","typ":"JWT","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"}'
 * ```
 */
export function tokenHeader(kid: string): string {
  if (!isThumbprint(kid)) throw new TypeError('kid is not an RFC 7638 thumbprint')
  return `{"alg":"EdDSA","typ":"JWT","kid":"${kid}"}`
}

/**
 * The first two parts of a token (RFC 7515 section 3.1), whose ASCII bytes are signed; with `.` and the signature in
 * base64url it is whole. Throws a TypeError when `kid` is no RFC 7638 thumbprint.
 *
 * @example
 * ```ts
 * function signToken(claims: Claims, kid: string, sign: (bytes: Uint8Array) => Uint8Array): string {
 *   const input = unsignedToken(claims, kid)
 *   return `${input}.${encodeBase64url(sign(new TextEncoder().encode(input)))}`
 * }
 * ```
 */
export function unsignedToken(claims: Claims, kid: string): string {
  return `${encodeText(tokenHeader(kid))}.${encodeText(JSON.stringify(claims))}`
}

/**
 * The parts of a token in canonical form, or undefined. The cheap half of verification: the signature, the claims, their
 * times, issuer and audience, the delegation chain and revocation are still to be checked (contract 2.4).
 *
 * @example
 * ```ts
 * async function readSigned(token: string, published: PublishedKey): Promise<Claims | undefined> {
 *   const parts = readToken(token)
 *   if (parts?.kid !== published.kid) return undefined
 *   const key = await crypto.subtle.importKey('jwk', published, 'Ed25519', false, ['verify'])
 *   const signed = new TextEncoder().encode(parts.signingInput)
 *   const isSigned = await crypto.subtle.verify('Ed25519', key, parts.signature, signed)
 *   return isSigned ? readClaims(parts.payload) : undefined
 * }
 * ```
 */
export function readToken(token: string): TokenParts | undefined {
  if (token.length > maxTokenLength) return undefined
  const [header, body, tail, ...rest] = token.split('.', 4)
  if (header === undefined || body === undefined || tail === undefined) return undefined
  if (rest.length > 0 || tail.length !== signatureLength) return undefined
  const kid = readKeyId(header)
  const signature = decodeBase64url(tail)
  if (kid === undefined || signature === undefined) return undefined
  const payload = readPayload(body)
  if (payload === undefined) return undefined
  return { kid, signingInput: `${header}.${body}`, payload, signature }
}

/**
 * The `kid` that a token's header names, or undefined when the header is none of ours. Costs the same whatever follows the
 * header: for asking whether a key is known before anything else is read.
 *
 * @example
 * ```ts
 * const isOurs = (token: string, kids: ReadonlySet<string>) => kids.has(readTokenKeyId(token) ?? '')
 * ```
 */
export function readTokenKeyId(token: string): string | undefined {
  if (token.length > maxTokenLength || token[headerLength] !== '.') return undefined
  return readKeyId(token.slice(0, headerLength))
}

/**
 * The text whose SHA-256 in base64url is the `kid` of an Ed25519 public key `x` (RFC 7638 section 3, RFC 8037 section 2).
 * Throws a TypeError when `x` is not 32 bytes in base64url.
 *
 * @example
 * ```ts
 * const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' // RFC 8037 appendix A
 * keyIdInput(x) // '{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
 * ```
 */
export function keyIdInput(x: string): string {
  if (!isThumbprint(x)) throw new TypeError('x is not an Ed25519 public key in base64url')
  return `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`
}

/** 64 bytes in base64url. */
const signatureLength = 86
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const ourHeader = /^\{"alg":"EdDSA","typ":"JWT","kid":"([A-Za-z0-9_-]{43})"\}$/
/** Every header of ours has the same length: 79 bytes. */
const headerLength = 106

function encodeText(text: string): string {
  return encodeBase64url(encoder.encode(text))
}

function readKeyId(part: string): string | undefined {
  if (part.length !== headerLength) return undefined
  const kid = ourHeader.exec(decodeText(part) ?? '')?.[1]
  return isThumbprint(kid) ? kid : undefined
}

function readPayload(part: string): unknown {
  try {
    const payload: unknown = JSON.parse(decodeText(part) ?? '')
    return isJsonObject(payload) ? payload : undefined
  } catch {
    return undefined
  }
}

function decodeText(part: string): string | undefined {
  const bytes = decodeBase64url(part)
  if (bytes === undefined) return undefined
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
