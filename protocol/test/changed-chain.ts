// What a forger may do with a chain: change it, then make every hash and, with a stolen key, every signature anew.
import {
  chainHashInput,
  delegationInput,
  encodeHex,
  genesisHash,
  previousRecordInput,
  type Claims,
  type DelegationRecord,
} from '@agentwrit/protocol'
import { sha256, signers } from './vector-keys.ts'

export function chainOf({ delegation_chain: chain = [] }: Claims): DelegationRecord[] {
  return chain
}

/** The same token with this chain and its right `chain_hash`. */
export function withChain(claims: Claims, chain: DelegationRecord[]): Claims {
  return { ...claims, delegation_chain: chain, chain_hash: sha256(chainHashInput(chain)) }
}

/** The same record with one member changed, or without it. */
export function withMember(
  record: DelegationRecord,
  member: string,
  value: unknown,
): DelegationRecord {
  const { [member as keyof DelegationRecord]: _, ...rest } = record
  const changed: unknown = value === undefined ? rest : { ...record, [member]: value }
  return changed as DelegationRecord
}

/** The chain with every `prev` made anew behind the record at `from`. */
export function relinked(chain: readonly DelegationRecord[], from = -1): DelegationRecord[] {
  const linked: DelegationRecord[] = []
  for (const [index, record] of chain.entries()) {
    linked.push(index > from ? { ...record, prev: linkTo(linked) } : record)
  }
  return linked
}

/** The chain with every `prev` and signature made anew, as whoever holds a signing key can. */
export function resigned(chain: readonly DelegationRecord[]): DelegationRecord[] {
  const signed: DelegationRecord[] = []
  for (const old of chain) {
    const signer = signers.find(({ kid }) => kid === old.kid) ?? signers[0]
    const record = { ...old, prev: linkTo(signed) }
    const signature = signer.sign(new TextEncoder().encode(delegationInput(record)))
    signed.push({ ...record, signature: encodeHex(signature) })
  }
  return signed
}

function linkTo(past: readonly DelegationRecord[]): string {
  const previous = past.at(-1)
  return previous === undefined ? genesisHash : sha256(previousRecordInput(previous))
}
