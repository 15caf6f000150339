/**
 * The rules of a delegation chain that need no key (contract 2.6), and the hashes it must hold.
 * Each record tells of the token that was presented for it: holder, scope, session. So what must hold
 * between the last record and the token in hand must hold at every hop, between a record and the next.
 * Two things may differ there: `jti` and `parent_jti`, because a delegated token may be renewed before
 * it delegates, and the order of times, because brokers of one cluster may be a second apart.
 * Law: authority never grows along a chain.
 */
import { genesisHash } from './audit-event.ts'
import type { Claims } from './claims.ts'
import {
  chainHashInput,
  maxDelegationDepth,
  previousRecordInput,
  type DelegationRecord,
} from './delegation-chain.ts'
import { isWithin } from './scope.ts'

/**
 * What is wrong: there are not 1 to 5 records; `granted_scope` is wider than the record's own `scope`; `delegatee`, `scope`
 * or `sid`: the next record, or else the token, has another holder, a scope wider than granted, another session; `prev` or
 * `chain_hash` is not the hash it should be; no accepted key has the record's `kid`; that key did not sign it.
 */
export type ChainFault =
  | 'length'
  | 'granted_scope'
  | 'delegatee'
  | 'scope'
  | 'sid'
  | 'prev'
  | 'chain_hash'
  | 'unknown_key'
  | 'signature'

/** The first fault. `record` counts from 0, the root's; absent for `length` and `chain_hash`, which concern them all. */
export interface ChainError {
  readonly reason: ChainFault
  readonly record?: number
}

/** The first rule that the chain breaks, or undefined. A token without a chain breaks none. */
export function findBrokenRule(claims: Claims): ChainError | undefined {
  const { delegation_chain: chain, chain_hash: chainHash } = claims
  if ((chain === undefined) !== (chainHash === undefined)) return { reason: 'chain_hash' }
  if (chain === undefined) return undefined
  if (chain.length < 1 || chain.length > maxDelegationDepth) return { reason: 'length' }
  for (const [record, hop] of chain.entries()) {
    const reason = findBrokenHop(hop, holderAfter(claims, chain[record + 1]))
    if (reason !== undefined) return { reason, record }
  }
  return undefined
}

/** A token, as a record or the token itself tells of it. */
interface Holder {
  readonly agent: string
  readonly scope: readonly string[]
  readonly sid: string | undefined
}

function holderAfter({ sub, scope, sid }: Claims, next: DelegationRecord | undefined): Holder {
  if (next === undefined) return { agent: sub, scope, sid }
  return { agent: next.agent, scope: next.scope, sid: next.parent_sid }
}

function findBrokenHop(
  hop: DelegationRecord,
  { agent, scope, sid }: Holder,
): ChainFault | undefined {
  if (!isWithin(hop.granted_scope, hop.scope)) return 'granted_scope'
  if (hop.delegatee !== agent) return 'delegatee'
  if (!isWithin(scope, hop.granted_scope)) return 'scope'
  if (hop.sid !== sid) return 'sid'
  return undefined
}

/** For each record the text whose hash stands in the next one; for the last, that of the whole chain. */
export function hashInputs({ delegation_chain: chain }: Claims): string[] {
  if (chain === undefined) return []
  return [...chain.slice(0, -1).map(previousRecordInput), chainHashInput(chain)]
}

/** The first hash of the chain that is not the one made from `hashInputs`, or undefined. */
export function findBrokenHash(
  { delegation_chain: chain, chain_hash: chainHash }: Claims,
  hashes: readonly string[],
): ChainError | undefined {
  if (chain === undefined) return undefined
  const expected = [genesisHash, ...hashes]
  const given = [...chain.map(({ prev }) => prev), chainHash]
  const record = given.findIndex((hash, index) => hash !== expected[index])
  if (record === chain.length) return { reason: 'chain_hash' }
  return record < 0 ? undefined : { reason: 'prev', record }
}
