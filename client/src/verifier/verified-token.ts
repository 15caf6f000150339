// Reading a token that was not seen before (contract 2.4). Law: cheap checks come first, and nothing of it is relied on
// before its signature, and every signature of its chain, is known to be the broker's.
import { publishedLineage, readClaims, readToken, verifyChain } from '@agentwrit/protocol'
import type { ChainVerifier, Claims, PublishedLineage, TokenParts } from '@agentwrit/protocol'
import { freeze } from './freeze.ts'
import type { KeySet } from './key-set.ts'
import { sha256 } from './sha-256.ts'

/** That this exact text was signed by the broker, and what it says. Whether it is good at this moment is another question. */
export interface SignedToken {
  readonly claims: Claims
  readonly lineage: PublishedLineage
}

/** A token taken apart, of which nothing is known. */
export interface UnverifiedToken {
  readonly parts: TokenParts
  readonly claims: Claims
}

const encoder = new TextEncoder()

export function readUnverified(token: string): UnverifiedToken | undefined {
  const parts = readToken(token)
  const claims = parts === undefined ? undefined : readClaims(parts.payload)
  return parts === undefined || claims === undefined ? undefined : { parts, claims }
}

/** Undefined for a token that the broker has not signed. Rejects when that cannot be known. */
export async function verifySignatures(
  { parts: { kid, signature, signingInput }, claims }: UnverifiedToken,
  keys: KeySet,
): Promise<SignedToken | undefined> {
  const isSigned = await keys.find(kid)
  if (!(await isSigned?.(signature, encoder.encode(signingInput)))) return undefined
  const { ok } = await verifyChain(claims, { hash: sha256, verify: verifierWith(keys) })
  if (!ok) return undefined
  return freeze({ claims, lineage: await publishedLineage({ claims, kid }, sha256) })
}

function verifierWith(keys: KeySet): ChainVerifier['verify'] {
  return async ({ kid, message, signature }) => {
    const isSigned = await keys.find(kid)
    return isSigned?.(signature, message)
  }
}
