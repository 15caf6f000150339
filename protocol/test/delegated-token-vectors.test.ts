// Conformance line 26: changing any record member makes the token invalid even if it is signed again with the right key.
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  extendChain,
  readClaims,
  readToken,
  verifyChainAtOnce,
  type Claims,
  type DelegationRecord,
} from '@agentwrit/protocol'
import { chainOf, relinked, withChain, withMember } from './changed-chain.ts'
import { readVector } from './read-vector.ts'
import { signers, signToken, verifier } from './vector-keys.ts'

const { claims } = readVector('delegated-token')
const chain = chainOf(claims)

test('the delegated token carries the chain of the contract, and verifies', () => {
  const vector = readVector('delegation-chain')
  assert.deepEqual(chain, vector.chain)
  assert.equal(claims.chain_hash, vector.chain_hash.at(-1))
  assert.deepEqual(verifyChainAtOnce(claims, verifier), { ok: true })
})

test('delegating twice makes that chain', () => {
  let presented: Claims = readVector('token').claims
  for (const { delegatee, granted_scope, jti, sid, delegated_at } of chain) {
    const grant = { delegatee, granted_scope, jti, sid, delegated_at }
    const made = extendChain(presented, grant, signers[0])
    presented = { ...presented, ...made, sub: delegatee, scope: granted_scope, jti, sid }
  }
  assert.deepEqual(presented.delegation_chain, chain)
  assert.equal(presented.chain_hash, claims.chain_hash)
})

test('every change is signed again with the right key, in a form that is read, and is refused', () => {
  for (const { change, error, token } of readVector('changed-delegated-tokens')) {
    const read = readClaims(readToken(token)?.payload)
    assert.ok(read, change)
    assert.equal(signToken(read), token, change)
    assert.deepEqual(verifyChainAtOnce(read, verifier), { ok: false, error }, change)
  }
})

test('the changes are these, to every member of both records and to the whole', () => {
  assert.deepEqual(
    readVector('changed-delegated-tokens').map(({ change, token }) => [change, token]),
    [...changedMembers(), ...changedWholes()].map(([change, made]) => [change, signToken(made)]),
  )
})

const otherAgent = 'spiffe://agentwrit.local/agent/o/t/ffffffffffffffff'
const otherId = 'f0'.repeat(16)

/** Where the rules allow it, so that only hashes and signatures stand against it. */
const otherValues: Record<keyof DelegationRecord, unknown> = {
  agent: otherAgent,
  scope: ['read:data:*', 'write:logs:*'],
  delegated_at: '2026-01-02T03:04:05.601Z',
  delegatee: otherAgent,
  granted_scope: ['write:logs:a&b', 'write:logs:a&b'],
  jti: otherId,
  sid: otherId,
  parent_jti: otherId,
  parent_sid: otherId,
  app_id: 'app-other-0a1b2c',
  lsid: otherId,
  prev: '0f'.repeat(32),
  kid: readVector('keys').first_signing_key.kid,
  signature: '0f'.repeat(64),
}

function changedMembers(): [string, Claims][] {
  return chain.flatMap((record, index) =>
    Object.keys(record).map((member): [string, Claims] => {
      const value: unknown = Reflect.get(otherValues, member)
      const records = chain.with(index, withMember(record, member, value))
      return [`record ${index}: ${member}`, withChain(claims, relinked(records, index))]
    }),
  )
}

function changedWholes(): [string, Claims][] {
  const [first, second] = chain
  assert.ok(first && second)
  const arranged = (records: DelegationRecord[]) => withChain(claims, relinked(records))
  return [
    ['record 0: app_id left out', arranged([withMember(first, 'app_id', undefined), second])],
    ['record 0: lsid left out', arranged([withMember(first, 'lsid', undefined), second])],
    ['record 0 removed', arranged([second])],
    ['record 1 removed', arranged([first])],
    ['records swapped', arranged([second, first])],
    ['record 1 repeated', arranged([first, second, second])],
    ['sub', { ...claims, sub: otherAgent }],
    ['sid', { ...claims, sid: otherId }],
    ['scope', { ...claims, scope: ['write:logs:*'] }],
    ['chain_hash', { ...claims, chain_hash: '0f'.repeat(32) }],
  ]
}
