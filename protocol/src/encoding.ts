/**
 * Bytes as text (RFC 4648). Law: decoding is strict, so each byte string has exactly one spelling:
 * no white space, no other alphabet, no missing or extra padding, no set bits behind the last byte,
 * hex in lower case. What a peer may spell in two ways it could use to slip past an exact comparison.
 */

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const base64 = toAlphabet(`${letters}+/`)
const base64url = toAlphabet(`${letters}-_`)
const hexDigits = toAlphabet('0123456789abcdef')

/**
 * The bytes of unpadded base64url (RFC 4648 section 5, RFC 7515 section 2), or undefined when `text` is not its canonical
 * form.
 *
 * @example
 * ```ts
 * decodeBase64url('-_8') // new Uint8Array([251, 255])
 * decodeBase64url('-_8=') // undefined
 * ```
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  return text.length % 4 === 1 ? undefined : decode(text, base64url, 6)
}

/**
 * Bytes as unpadded base64url (RFC 4648 section 5, RFC 7515 section 2).
 *
 * @example
 * ```ts
 * encodeBase64url(new Uint8Array([251, 255])) // '-_8'
 * ```
 */
export function encodeBase64url(bytes: Uint8Array): string {
  return encode(bytes, base64url, 6)
}

/**
 * The bytes of padded standard base64 (RFC 4648 section 4), or undefined when `text` is not its canonical form.
 *
 * @example
 * ```ts
 * decodeBase64('+/8=') // new Uint8Array([251, 255])
 * decodeBase64('+/8') // undefined
 * ```
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return decode(text.slice(0, text.length - padding), base64, 6)
}

/**
 * Bytes as padded standard base64 (RFC 4648 section 4), as `public_key` and `signature` of a registration want them.
 *
 * @example
 * ```ts
 * encodeBase64(new Uint8Array([251, 255])) // '+/8='
 * ```
 */
export function encodeBase64(bytes: Uint8Array): string {
  const text = encode(bytes, base64, 6)
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

/**
 * The bytes of lower-case hex, or undefined when `text` is anything else.
 *
 * @example
 * ```ts
 * decodeHex('fbff') // new Uint8Array([251, 255])
 * decodeHex('FBFF') // undefined
 * ```
 */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  return text.length % 2 === 0 ? decode(text, hexDigits, 4) : undefined
}

/**
 * Bytes as lower-case hex, two characters each.
 *
 * @example
 * ```ts
 * encodeHex(new Uint8Array([251, 255])) // 'fbff'
 * ```
 */
export function encodeHex(bytes: Uint8Array): string {
  return encode(bytes, hexDigits, 4)
}

interface Alphabet {
  readonly digits: string
  /** Value by character code; -1 where there is none. */
  readonly values: Int8Array
}

function toAlphabet(digits: string): Alphabet {
  const values = new Int8Array(128).fill(-1)
  for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value
  return { digits, values }
}

function decode(
  text: string,
  { values }: Alphabet,
  width: number,
): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * width) / 8))
  let pending = 0
  let bits = 0
  let length = 0
  for (let index = 0; index < text.length; index++) {
    const value = values[text.charCodeAt(index)] ?? -1
    if (value < 0) return undefined
    pending = ((pending << width) | value) & 0xfff
    bits += width
    if (bits < 8) continue
    bits -= 8
    bytes[length++] = pending >> bits
  }
  const leftOver = pending & ((1 << bits) - 1)
  return leftOver === 0 ? bytes : undefined
}

function encode(bytes: Uint8Array, { digits }: Alphabet, width: number): string {
  const mask = (1 << width) - 1
  let text = ''
  let pending = 0
  let bits = 0
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xffff
    bits += 8
    while (bits >= width) {
      bits -= width
      text += digits.charAt((pending >> bits) & mask)
    }
  }
  return bits === 0 ? text : text + digits.charAt((pending << (width - bits)) & mask)
}
