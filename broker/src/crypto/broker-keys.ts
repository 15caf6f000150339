import { createHmac, createSecretKey } from 'node:crypto'
import { encodeBase64url, readToken, unsignedToken, type Claims } from '@agentwrit/protocol'
import type { Keys, OpenedToken } from '../domain/tokens/keys.ts'
import type { SigningKey } from '../domain/tokens/signing-key.ts'
import { adminSecretJudge } from './admin-secret.ts'
import { chooseEd25519 } from './choose-ed25519.ts'
import { nonceKey } from './derived-keys.ts'
import type { Ed25519, Signer } from './ed25519.ts'
import { openKeyRing, type KeyRing } from './key-ring.ts'
import { VerifyQueue } from './verify-queue.ts'

const NONCE_MAC_LENGTH = 16

export interface KeysOptions {
  /** The deployment's seed. */
  readonly seed: Uint8Array
  /** All keys of the store, in any order and status. */
  readonly signingKeys: readonly SigningKey[]
  readonly adminSecret: string
}

export interface OpenedKeys extends Keys, AsyncDisposable {
  /** Which implementation of Ed25519 runs here. */
  readonly ed25519: Ed25519['name']
  /** As `openToken`, but on this thread and never 503: for the admin routes, which must answer under any load. */
  openTokenAtOnce(token: string): OpenedToken | undefined
}

/** Rejects when the rows hold no active key, or an accepted key that this seed did not seal. */
export async function openKeys(options: KeysOptions): Promise<OpenedKeys> {
  const { seed, signingKeys } = options
  const isAdminSecret = adminSecretJudge(options.adminSecret)
  // A key object, because handing the bytes over anew costs more than the MAC.
  const nonceMacKey = createSecretKey(nonceKey(seed))
  const ed25519 = await chooseEd25519()
  const ring = openKeyRing(signingKeys, seed, ed25519)
  const queue = new VerifyQueue()
  return {
    ed25519: ed25519.name,
    activeKid: ring.activeKid,
    importedKey: ring.importedKey,
    published: () => ring.published,
    sign: (claims) => signToken(claims, ring.activeKid, ring.sign),
    signAgain(claims, kid) {
      const sign = ring.signers.get(kid)
      return sign && signToken(claims, kid, sign)
    },
    openToken: async (token) => {
      const read = readSigned(token, ring)
      if (read === undefined) return undefined
      return (await queue.verify(read)) ? read.opened : undefined
    },
    openTokenAtOnce(token) {
      const read = readSigned(token, ring)
      if (read === undefined) return undefined
      const verifies = ed25519.verify(read.publicKey, read.message, read.signature)
      return verifies ? read.opened : undefined
    },
    isPublicKey: (publicKey) => ed25519.isPublicKey(publicKey),
    verifySignature: async (publicKey, message, signature) =>
      queue.verify({ publicKey, message, signature }),
    nonceMac: (bytes) =>
      createHmac('sha256', nonceMacKey).update(bytes).digest().subarray(0, NONCE_MAC_LENGTH),
    isAdminSecret,
    [Symbol.asyncDispose]: async () => queue[Symbol.asyncDispose](),
  }
}

function signToken(claims: Claims, kid: string, sign: Signer): string {
  const unsigned = unsignedToken(claims, kid)
  return `${unsigned}.${encodeBase64url(sign(Buffer.from(unsigned)))}`
}

/** All that is cheap about opening a token: its form, and whether it names a key we accept. */
function readSigned(token: string, { accepted }: KeyRing) {
  const parts = readToken(token)
  const publicKey = parts === undefined ? undefined : accepted.get(parts.kid)
  if (parts === undefined || publicKey === undefined) return undefined
  const { kid, payload, signature, signingInput } = parts
  return { publicKey, signature, message: Buffer.from(signingInput), opened: { kid, payload } }
}
