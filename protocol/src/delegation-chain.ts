/**
 * The delegation chain (contract 2.6): one signed record for each hop from the root delegator to the
 * token's subject, oldest first.
 * Laws: a record is signed and hashed as a whole, so it has no member we do not know; a chain is
 * never empty and never longer than five; each record holds the hash of the one before it.
 */
import { canonicalize } from './jcs.ts'
import {
  hasForms,
  isAgentId,
  isHash,
  isHexSignature,
  isName,
  isScopeList,
  isThumbprint,
  isTimestamp,
  isTokenId,
  type Forms,
} from './form.ts'

/** Most records in a chain (contract 2.6); a sixth hop is refused with `scope_violation`. */
export const maxDelegationDepth = 5

/** One hop of a delegation (contract 2.6): who gave what to whom, signed by the broker. */
export interface DelegationRecord {
  /** The delegator: `sub` of the presented token. */
  readonly agent: string
  /** The delegator's whole scope at that moment. */
  readonly scope: string[]
  /** RFC 3339 UTC with three fractional digits. */
  readonly delegated_at: string
  /** Agent id that receives the token. */
  readonly delegatee: string
  readonly granted_scope: string[]
  /** `jti` and `sid` of the delegated token as first issued. */
  readonly jti: string
  readonly sid: string
  /** `jti` and `sid` of the presented token. */
  readonly parent_jti: string
  readonly parent_sid: string
  /** The delegator's app and launching session, where it has them. */
  readonly app_id?: string
  readonly lsid?: string
  /** SHA-256 hex over the canonical form of the previous record; 64 zeros in the first. */
  readonly prev: string
  /** Key that made `signature`. */
  readonly kid: string
  /** Ed25519 in hex over `delegationInput`. */
  readonly signature: string
}

/** A record before its signature is made. */
export type UnsignedDelegationRecord = Omit<DelegationRecord, 'signature'>

/**
 * The text (UTF-8) that a record's signature covers: `agentwrit-delegation-v1`, a line feed, and the record in RFC 8785
 * form. A `signature` member is left out. Throws a TypeError when JSON cannot say the record.
 *
 * @example
 * ```ts
 * const toBytes = (record: DelegationRecord) => new TextEncoder().encode(delegationInput(record))
 * ```
 */
export function delegationInput(
  record: UnsignedDelegationRecord & { readonly signature?: string },
): string {
  const { signature: _, ...unsigned } = record
  return `agentwrit-delegation-v1\n${canonicalize(unsigned)}`
}

/**
 * The text (UTF-8) whose SHA-256 in hex is `prev` of the record that follows this one. Throws a TypeError when JSON cannot
 * say the record.
 *
 * @example
 * ```ts
 * const follows = (next: DelegationRecord, previous: DelegationRecord) =>
 *   next.prev === sha256(previousRecordInput(previous))
 * ```
 */
export function previousRecordInput(record: DelegationRecord): string {
  return canonicalize(record)
}

/**
 * The text (UTF-8) whose SHA-256 in hex is the claim `chain_hash`. Throws a TypeError when JSON cannot say the chain.
 *
 * @example
 * ```ts
 * const isWhole = ({ delegation_chain: chain, chain_hash }: Claims) =>
 *   chain === undefined || chain_hash === sha256(chainHashInput(chain))
 * ```
 */
export function chainHashInput(chain: readonly DelegationRecord[]): string {
  return canonicalize(chain)
}

/**
 * Whether `value` has the members of a record in their forms, and no others. Says nothing about its signature.
 *
 * @example
 * ```ts
 * isDelegationRecord({ agent: 'spiffe://agentwrit.local/agent/sales/october/0011223344556677' }) // false
 * ```
 */
export function isDelegationRecord(value: unknown): value is DelegationRecord {
  return hasOnly(value, signed)
}

/** As `isDelegationRecord`, for a record that nobody has signed yet. */
export function isUnsignedRecord(value: unknown): value is UnsignedDelegationRecord {
  return hasOnly(value, required)
}

const required: Forms = {
  agent: isAgentId,
  scope: isScopeList,
  delegated_at: isTimestamp,
  delegatee: isAgentId,
  granted_scope: isScopeList,
  jti: isTokenId,
  sid: isTokenId,
  parent_jti: isTokenId,
  parent_sid: isTokenId,
  prev: isHash,
  kid: isThumbprint,
}

const signed: Forms = { ...required, signature: isHexSignature }
const optional: Forms = { app_id: isName, lsid: isTokenId }

function hasOnly(value: unknown, members: Forms): boolean {
  const isKnown = (name: string) => Object.hasOwn(members, name) || Object.hasOwn(optional, name)
  return hasForms(value, members, optional) && Object.keys(value).every(isKnown)
}
