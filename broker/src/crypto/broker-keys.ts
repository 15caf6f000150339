import { createHmac, createSecretKey } from 'node:crypto'
import {
  encodeBase64url,
  readToken,
  readTokenKeyId,
  unsignedToken,
  type Claims,
} from '@agentwrit/protocol'
import type { Keys, OpenedToken } from '../domain/tokens/keys.ts'
import type { SigningKey } from '../domain/signing-keys/signing-key.ts'
import { adminSecretJudge } from './admin-secret.ts'
import { chooseEd25519 } from './choose-ed25519.ts'
import { keystoreKey, nonceKey } from './derived-keys.ts'
import type { Ed25519, Signer } from './ed25519.ts'
import { LivingRing } from './living-ring.ts'
import { makeRandomSigningKey, resealSigningKey } from './sealed-key.ts'
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
  const sealingKey = keystoreKey(seed)
  const ed25519 = await chooseEd25519()
  const ring = new LivingRing(signingKeys, seed, ed25519)
  const queue = new VerifyQueue()
  return {
    ed25519: ed25519.name,
    get activeKid() {
      return ring.activeKid
    },
    get importedKey() {
      return ring.importedKey
    },
    accepts: (kid) => ring.accepts(kid),
    published: () => ring.published,
    learn: (rows) => ring.learn(rows),
    makeSigningKey: (at) => makeRandomSigningKey(at, sealingKey),
    reseal: (row, change) => resealSigningKey(row, change, sealingKey),
    sign: (claims) => signToken(claims, ring.activeKid, ring.activeSigner),
    signAgain(claims, kid) {
      const sign = ring.signerOf(kid)
      return sign && signToken(claims, kid, sign)
    },
    signMessage: (message) => ring.activeSigner(message),
    ...verifying(ring, queue, ed25519),
    namesUnknownKey(token) {
      const kid = readTokenKeyId(token)
      return kid !== undefined && !ring.accepts(kid)
    },
    isPublicKey: (publicKey) => ed25519.isPublicKey(publicKey),
    nonceMac: (bytes) =>
      createHmac('sha256', nonceMacKey).update(bytes).digest().subarray(0, NONCE_MAC_LENGTH),
    isAdminSecret,
    [Symbol.asyncDispose]: async () => queue[Symbol.asyncDispose](),
  }
}

type Verifying = Pick<
  Keys,
  'openToken' | 'openTokenAtOnce' | 'verifyMessage' | 'verifyMessageAtOnce' | 'verifySignature'
>

/** A key may be retired while a signature of it waits in the queue: what is not accepted at the end never was verified. */
function verifying(ring: LivingRing, queue: VerifyQueue, ed25519: Ed25519): Verifying {
  return {
    async openToken(token) {
      const read = readSigned(token, ring)
      if (read === undefined || !(await queue.verify(read))) return undefined
      return ring.accepts(read.opened.kid) ? read.opened : undefined
    },
    openTokenAtOnce(token) {
      const read = readSigned(token, ring)
      if (read === undefined) return undefined
      const verifies = ed25519.verify(read.publicKey, read.message, read.signature)
      return verifies ? read.opened : undefined
    },
    async verifyMessage({ kid, message, signature }) {
      const publicKey = ring.publicKeyOf(kid)
      if (publicKey === undefined) return undefined
      const verifies = await queue.verify({ publicKey, message, signature })
      return ring.accepts(kid) ? verifies : undefined
    },
    verifyMessageAtOnce({ kid, message, signature }) {
      const publicKey = ring.publicKeyOf(kid)
      return publicKey && ed25519.verify(publicKey, message, signature)
    },
    verifySignature: async (publicKey, message, signature) =>
      queue.verify({ publicKey, message, signature }),
  }
}

function signToken(claims: Claims, kid: string, sign: Signer): string {
  const unsigned = unsignedToken(claims, kid)
  return `${unsigned}.${encodeBase64url(sign(Buffer.from(unsigned)))}`
}

/** All that is cheap about opening a token: its form, and whether it names a key we accept. */
function readSigned(token: string, ring: LivingRing) {
  const parts = readToken(token)
  const publicKey = parts === undefined ? undefined : ring.publicKeyOf(parts.kid)
  if (parts === undefined || publicKey === undefined) return undefined
  const { kid, payload, signature, signingInput } = parts
  return { publicKey, signature, message: Buffer.from(signingInput), opened: { kid, payload } }
}
