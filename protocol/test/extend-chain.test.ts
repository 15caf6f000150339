import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { extendChain, maxDelegationDepth, type Claims } from '@agentwrit/protocol'
import { agents, arbitraryPath, tokenId } from './arbitrary-path.ts'
import { chainOf } from './changed-chain.ts'
import { readVector } from './read-vector.ts'
import { signers } from './vector-keys.ts'

const { claims } = readVector('token')
const [signer] = signers
const grant = {
  delegatee: agents[1]?.sub ?? '',
  granted_scope: ['read:data:1'],
  jti: tokenId('jti', 1),
  sid: tokenId('sid', 1),
  delegated_at: '2026-01-02T03:04:05.600Z',
}

test('a record tells of the presented token and of the grant', () => {
  const [record, ...rest] = extendChain(claims, grant, signer).delegation_chain
  const { signature: _, ...told } = record ?? assert.fail()
  assert.deepEqual(rest, [])
  assert.deepEqual(told, {
    ...grant,
    agent: claims.sub,
    scope: claims.scope,
    parent_jti: claims.jti,
    parent_sid: claims.sid,
    app_id: claims.app_id,
    lsid: claims.lsid,
    prev: '0'.repeat(64),
    kid: signer.kid,
  })
})

test('a delegator without app or launching session has none in its record', () => {
  const { app_id: _app, lsid: _lsid, ...seeded } = claims
  const [record] = extendChain(seeded, grant, signer).delegation_chain
  assert.ok(record && !('app_id' in record) && !('lsid' in record))
})

test('a delegation leaves the presented token as it is, and keeps the records so far', () => {
  fc.assert(
    fc.property(arbitraryPath(0, maxDelegationDepth - 1), (path) => {
      const presented = path.at(-1) ?? assert.fail()
      const before = structuredClone(presented)
      const made = extendChain(presented, { ...grant, granted_scope: presented.scope }, signer)
      assert.deepEqual(presented, before)
      assert.deepEqual(made.delegation_chain.slice(0, -1), chainOf(presented))
    }),
    { numRuns: 50 },
  )
})

test('a sixth hop is never signed', () => {
  let presented: Claims = claims
  for (let hop = 1; hop <= maxDelegationDepth; hop++) {
    const granted = { ...grant, granted_scope: claims.scope, sid: tokenId('sid', hop) }
    presented = { ...presented, sid: granted.sid, ...extendChain(presented, granted, signer) }
  }
  assert.equal(chainOf(presented).length, 5)
  assertRefused(presented, grant)
})

test('nothing wider than the presented token is signed', () => {
  for (const scope of ['read:data:*', 'read:logs:1', 'write:logs:*', 'read:*:1', '*:*:*']) {
    const narrow = { ...claims, scope: ['read:data:1', 'write:logs:a&b'] }
    assertRefused(narrow, { ...grant, granted_scope: ['read:data:1', scope] })
  }
})

test('nothing is signed in a form that nobody would read', () => {
  const { sid: _, ...sessionless } = claims
  assertRefused(sessionless, grant)
  assertRefused({ ...claims, sub: 'admin' }, grant)
  assertRefused({ ...claims, sub: 'app:app-demo-0a1b2c' }, grant)
  assertRefused(claims, { ...grant, delegatee: 'admin' })
  assertRefused(claims, { ...grant, granted_scope: [] })
  assertRefused(claims, { ...grant, delegated_at: '2026-01-02T03:04:05Z' })
  assertRefused(claims, { ...grant, jti: '' })
  const extra = { ...grant, extra: 'x' }
  assertRefused(claims, extra)
})

/** Not only does it throw: nothing has been signed by then. */
function assertRefused(presented: Claims, refused: typeof grant): void {
  assert.throws(
    () => extendChain(presented, refused, { ...signer, sign: () => assert.fail() }),
    TypeError,
  )
}
