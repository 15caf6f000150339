/**
 * Whether a token's delegation chain is consistent (contract 2.6).
 * Laws: any change of a chain is found; nothing is hashed before the rules hold, and no signature is
 * looked at before the hashes match; a verdict that is not `true` is no.
 */
import type { HashText } from './audit-chain.ts'
import { findBrokenHash, findBrokenRule, hashInputs, type ChainError } from './chain-rules.ts'
import type { Claims } from './claims.ts'
import { delegationInput } from './delegation-chain.ts'
import { decodeHex } from './encoding.ts'

/** That the chain is consistent, or what is wrong with it. */
export type ChainResult = { readonly ok: true } | { readonly ok: false; readonly error: ChainError }

/** A signature of a record: 64 bytes of Ed25519 over `message`, said to be made by the key `kid`. */
export interface SignedBytes {
  readonly kid: string
  readonly message: Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer>
}

/** Whether the signature verifies; undefined when no key with this `kid` is accepted. */
export type SignatureVerdict = boolean | undefined

/** Cryptography that answers at once or later. All signatures of a chain are asked for together. */
export interface ChainVerifier {
  readonly hash: HashText
  readonly verify: (signed: SignedBytes) => SignatureVerdict | Promise<SignatureVerdict>
}

/** Cryptography that answers at once. */
export interface ChainVerifierAtOnce extends ChainVerifier {
  readonly hash: (text: string) => string
  readonly verify: (signed: SignedBytes) => SignatureVerdict
}

/**
 * Checks the chain of claims in the form `readClaims` gives; a token that was not delegated has none, and is fine. Believe
 * it only with the token's own signature. Rejects only when `hash` or `verify` does.
 *
 * @example
 * ```ts
 * const hash: HashText = async (text) =>
 *   encodeHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
 *
 * async function isConsistent(claims: Claims, keys: ReadonlyMap<string, PublishedKey>): Promise<boolean> {
 *   const verify: ChainVerifier['verify'] = async ({ kid, message, signature }) => {
 *     const published = keys.get(kid)
 *     if (published === undefined) return undefined
 *     const key = await crypto.subtle.importKey('jwk', published, 'Ed25519', false, ['verify'])
 *     return crypto.subtle.verify('Ed25519', key, signature, message)
 *   }
 *   return (await verifyChain(claims, { hash, verify })).ok
 * }
 * ```
 */
export async function verifyChain(
  claims: Claims,
  { hash, verify }: ChainVerifier,
): Promise<ChainResult> {
  const hashed = async () => Promise.all(hashInputs(claims).map(async (text) => hash(text)))
  const verdicts = async () =>
    Promise.all(signedBytes(claims).map(async (signed) => verify(signed)))
  return toResult(
    findBrokenRule(claims) ??
      findBrokenHash(claims, await hashed()) ??
      findBadSignature(await verdicts()),
  )
}

/**
 * As `verifyChain`, without a promise, for cryptography that needs none.
 *
 * @example
 * ```ts
 * const isConsistent = (claims: Claims, verify: ChainVerifierAtOnce['verify']) =>
 *   verifyChainAtOnce(claims, { hash: sha256, verify }).ok
 * ```
 */
export function verifyChainAtOnce(
  claims: Claims,
  { hash, verify }: ChainVerifierAtOnce,
): ChainResult {
  const hashed = () => hashInputs(claims).map((text) => hash(text))
  const verdicts = () => signedBytes(claims).map((signed) => verify(signed))
  return toResult(
    findBrokenRule(claims) ?? findBrokenHash(claims, hashed()) ?? findBadSignature(verdicts()),
  )
}

function toResult(error: ChainError | undefined): ChainResult {
  return error === undefined ? { ok: true } : { ok: false, error }
}

const encoder = new TextEncoder()

function signedBytes({ delegation_chain: chain = [] }: Claims): SignedBytes[] {
  return chain.map((record) => ({
    kid: record.kid,
    message: encoder.encode(delegationInput(record)),
    signature: decodeHex(record.signature) ?? new Uint8Array(),
  }))
}

function findBadSignature(verdicts: readonly SignatureVerdict[]): ChainError | undefined {
  const record = verdicts.findIndex((verdict) => verdict !== true)
  if (record < 0) return undefined
  return { reason: verdicts[record] === undefined ? 'unknown_key' : 'signature', record }
}
