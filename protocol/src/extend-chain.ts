/**
 * The hop that a delegation adds to a chain (contract 2.6), as the broker makes it.
 * Law: what is made here `verifyChain` accepts; a record that would be wider than its delegator, a
 * sixth one, or one in the wrong form is never signed.
 */
import { genesisHash } from './audit-event.ts'
import type { Claims } from './claims.ts'
import {
  chainHashInput,
  delegationInput,
  isUnsignedRecord,
  maxDelegationDepth,
  previousRecordInput,
  type DelegationRecord,
} from './delegation-chain.ts'
import { encodeHex } from './encoding.ts'
import { isWithin } from './scope.ts'

/** What the delegator grants, and the ids of the token that it leads to. */
export type DelegationGrant = Pick<
  DelegationRecord,
  'delegatee' | 'granted_scope' | 'jti' | 'sid' | 'delegated_at'
>

/** Who signs the record, and how texts are hashed. */
export interface ChainSigner {
  /** Names the key that `sign` uses. */
  readonly kid: string
  /** SHA-256 of the text's UTF-8 bytes, in lower-case hex. */
  readonly hash: (text: string) => string
  /** Ed25519: 64 bytes. */
  readonly sign: (message: Uint8Array<ArrayBuffer>) => Uint8Array
}

/** The claims that make a token a delegated one. */
export type ChainClaims = Required<Pick<Claims, 'delegation_chain' | 'chain_hash'>>

/**
 * The chain of a token delegated from the presented one: its chain and one record more. Throws a TypeError when the chain
 * is full, the grant is wider than the presented token, that token has no session, or a member is not in its form.
 *
 * @example
 * ```ts
 * const delegate = (presented: Claims, grant: DelegationGrant, signer: ChainSigner): Partial<Claims> => ({
 *   sub: grant.delegatee,
 *   scope: grant.granted_scope,
 *   jti: grant.jti,
 *   sid: grant.sid,
 *   ...extendChain(presented, grant, signer),
 * })
 * ```
 */
export function extendChain(
  presented: Claims,
  grant: DelegationGrant,
  { kid, hash, sign }: ChainSigner,
): ChainClaims {
  const { delegation_chain: past = [] } = presented
  if (past.length >= maxDelegationDepth) throw new TypeError('the delegation chain is full')
  if (!isWithin(grant.granted_scope, presented.scope)) {
    throw new TypeError('a delegation never widens a scope')
  }
  const unsigned = draftRecord(presented, grant, kid, hash)
  if (!isUnsignedRecord(unsigned)) throw new TypeError('not in the form of a delegation record')
  const signature = encodeHex(sign(encoder.encode(delegationInput(unsigned))))
  const chain = [...past, { ...unsigned, signature }]
  return { delegation_chain: chain, chain_hash: hash(chainHashInput(chain)) }
}

const encoder = new TextEncoder()

/** Not yet known to be a record: the caller's ids and times may be in no form, the presented token without a session. */
function draftRecord(
  { sub, scope, jti, sid, app_id, lsid, delegation_chain: past }: Claims,
  grant: DelegationGrant,
  kid: string,
  hash: ChainSigner['hash'],
): unknown {
  const previous = past?.at(-1)
  return {
    ...grant,
    agent: sub,
    scope,
    parent_jti: jti,
    parent_sid: sid,
    ...(app_id === undefined ? {} : { app_id }),
    ...(lsid === undefined ? {} : { lsid }),
    prev: previous === undefined ? genesisHash : hash(previousRecordInput(previous)),
    kid,
  }
}
