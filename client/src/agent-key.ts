import { decodeHex, encodeBase64 } from '@agentwrit/protocol'
import { CryptoError } from './errors.ts'

const algorithm = 'Ed25519'
const nonceBytes = 32

type Sign = (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>

/**
 * An agent's Ed25519 key pair (RFC 8032). The private half is made here, can be used but never read, and is gone with this
 * object. `Agent.register` makes one by itself.
 *
 * @example
 * ```ts
 * const key = await AgentKey.generate()
 * const { nonce } = await broker.challenge()
 * const signature = await key.prove(nonce)
 * ```
 */
export class AgentKey {
  /** 32 bytes in padded standard base64, as a registration wants them (no DER, no PEM). */
  readonly publicKey: string
  readonly #sign: Sign

  private constructor(publicKey: string, sign: Sign) {
    this.publicKey = publicKey
    this.#sign = sign
  }

  /**
   * A fresh key, by WebCrypto. Rejects with a `CryptoError` where that has no Ed25519.
   *
   * @example
   * ```ts
   * const key = await AgentKey.generate()
   * ```
   */
  static async generate(): Promise<AgentKey> {
    try {
      const pair = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
      if (!('privateKey' in pair)) throw new TypeError('not a pair of keys')
      const raw = await crypto.subtle.exportKey('raw', pair.publicKey)
      const { privateKey } = pair
      const sign: Sign = (bytes) => crypto.subtle.sign(algorithm, privateKey, bytes)
      return new AgentKey(encodeBase64(new Uint8Array(raw)), sign)
    } catch (cause) {
      throw new CryptoError('this runtime cannot make an Ed25519 key with WebCrypto', { cause })
    }
  }

  /**
   * Signs a nonce: the 32 bytes that its hex text stands for, never the text. Resolves to the 64 bytes of the signature in
   * padded standard base64; rejects with a `CryptoError` when `nonce` is not 64 characters of lower-case hex.
   *
   * @example
   * ```ts
   * const key = await AgentKey.generate()
   * const signature = await key.prove((await broker.challenge()).nonce)
   * ```
   */
  async prove(nonce: string): Promise<string> {
    const bytes = decodeHex(nonce)
    if (bytes?.length !== nonceBytes)
      throw new CryptoError('a nonce is 64 characters of lower-case hex')
    try {
      return encodeBase64(new Uint8Array(await this.#sign(bytes)))
    } catch (cause) {
      throw new CryptoError('the nonce could not be signed', { cause })
    }
  }
}
