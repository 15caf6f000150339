import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Claims } from '@agentwrit/protocol'
import { RevocationIndex } from '../../../src/domain/revocation/revocation-index.ts'
import type { KeptRevocation } from '../../../src/domain/revocation/revocation.ts'

const sid = '5'.repeat(32)
const lsid = '6'.repeat(32)
const claims: Claims = {
  iss: '',
  sub: 'spiffe://agentwrit.local/agent/o/t/0011223344556677',
  exp: 2000,
  nbf: 1000,
  iat: 1000,
  jti: '1'.repeat(32),
  sid,
  lsid,
  scope: ['read:data:*'],
}
const entry = (ended: string, released: boolean): KeptRevocation => ({
  id: 'e',
  level: 'token',
  target: 'x',
  sid: ended,
  released,
  actor: 'admin',
  revokedAt: 1_500_000,
  keepUntil: 3000,
  seq: 1,
})

test('a token of a session that was given back or revoked is dead, with the reason', () => {
  assert.equal(new RevocationIndex(0, []).reasonDead(claims), undefined)
  assert.equal(new RevocationIndex(0, [entry(sid, true)]).reasonDead(claims), 'released')
  assert.equal(new RevocationIndex(0, [entry(sid, false)]).reasonDead(claims), 'revoked')
})

test('revoking the launching session reaches what it launched, releasing it does not', () => {
  assert.equal(new RevocationIndex(0, [entry(lsid, false)]).reasonDead(claims), 'revoked')
  assert.equal(new RevocationIndex(0, [entry(lsid, true)]).reasonDead(claims), undefined)
})

const successor = { ...claims, jti: '2'.repeat(32), exp: 2500 }

test('a superseded token is dead, its successor is not', () => {
  const index = new RevocationIndex(0, [])
  index.renewed(sid, successor, claims.exp)
  assert.equal(index.reasonDead(claims), 'superseded')
  assert.equal(index.reasonDead(successor), undefined)
})

test('however often one session is renewed, it is remembered once', () => {
  const index = new RevocationIndex(0, [])
  for (let i = 0; i < 100; i += 1) {
    index.renewed(sid, { ...successor, jti: i.toString(16).padStart(32, '0') }, claims.exp)
  }
  assert.equal(index.size, 1)
})

test('a revoked session stays revoked when it is released as well', () => {
  const index = new RevocationIndex(0, [entry(lsid, false), entry(lsid, true)])
  assert.equal(index.reasonDead(claims), 'revoked')
})

test('what was forgotten stays dead when the clock steps back', () => {
  const index = new RevocationIndex(0, [entry(sid, true)])
  index.forgetExpired(3_000_000)
  assert.equal(index.size, 0)
  assert.notEqual(index.reasonDead(claims), undefined)
  assert.equal(index.reasonDead({ ...claims, exp: 3001 }), undefined)
})

test('a token issued before the epoch is dead', () => {
  assert.equal(new RevocationIndex(1001, []).reasonDead(claims), 'revoked')
  assert.equal(new RevocationIndex(1000, []).reasonDead(claims), undefined)
})

test('an entry is forgotten when nothing it covers can be alive, and not before', () => {
  const index = new RevocationIndex(0, [entry(sid, true)])
  index.renewed(lsid, successor, claims.exp)
  index.forgetExpired(2_499_999)
  assert.equal(index.size, 2)
  index.forgetExpired(2_500_000)
  assert.equal(index.size, 1)
  assert.equal(index.reasonDead({ ...claims, exp: 2999 }), 'released')
  index.forgetExpired(3_000_000)
  assert.equal(index.size, 0)
})

test('an app’s entry kills its own tokens, its agents’, and what they delegated to others, until it is forgotten', () => {
  const ended = 'app-reports-0a1b2c'
  const { sid: _, ...ending } = { ...entry(sid, false), level: 'app' as const, target: ended }
  const index = new RevocationIndex(0, [ending])
  const record = {
    agent: claims.sub,
    app_id: ended,
    scope: [],
    delegated_at: '',
    delegatee: '',
    granted_scope: [],
    jti: '',
    sid: '',
    parent_jti: '',
    parent_sid: '',
    prev: '',
    kid: '',
    signature: '',
  }
  for (const dead of [
    { ...claims, app_id: ended },
    { ...claims, sub: `app:${ended}` },
    { ...claims, app_id: 'app-other-000000', delegation_chain: [record] },
  ]) {
    assert.equal(index.reasonDead(dead), 'revoked')
  }
  for (const alive of [claims, { ...claims, app_id: 'app-other-000000' }]) {
    assert.equal(index.reasonDead(alive), undefined)
  }
  assert.equal(index.isAppEnded(ended), true)
  index.forgetExpired(2_999_999)
  assert.equal(index.size, 1)
  index.forgetExpired(3_000_000)
  assert.equal(index.size, 0)
})
