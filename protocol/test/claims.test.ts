import assert from 'node:assert/strict'
import test from 'node:test'
import { readClaims } from '../src/claims.ts'
import { readVector } from './read-vector.ts'

const { claims } = readVector('token')
const { chain } = readVector('delegation-chain')
const delegated = { ...claims, delegation_chain: chain, chain_hash: 'a'.repeat(64) }

test('the claims of an agent, an app, an admin and a delegate are read as they are', () => {
  const { task_id: _task, orch_id: _orch, lsid: _lsid, cnf: _cnf, ...app } = claims
  const { app_id: _app, ...admin } = app
  for (const value of [
    claims,
    { ...app, sub: 'app:app-demo-0a1b2c' },
    { ...admin, sub: 'admin', aud: ['records'], iss: 'https://broker.example' },
    delegated,
  ]) {
    assert.deepEqual(readClaims(value), value)
  }
})

test('a token of AgentWrit 2.0 has no session', () => {
  const { sid: _, ...old } = claims
  assert.deepEqual(readClaims(old), old)
})

test('a missing claim is not forgiven', () => {
  for (const name of ['iss', 'sub', 'exp', 'nbf', 'iat', 'jti', 'scope']) {
    const rest = Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))
    assert.equal(readClaims(rest), undefined, name)
  }
})

test('an inherited claim does not count', () => {
  const { sub, ...rest } = claims
  assert.equal(readClaims(Object.setPrototypeOf({ ...rest }, { sub })), undefined)
})

const badForms: Record<string, unknown[]> = {
  iss: [null, 1, ['x'], 'x'.repeat(257), 'a\nb', '\ud800'],
  sub: [null, '', 1, {}, 'admin\n', 'x'.repeat(2049)],
  aud: [null, '', 'records', [], [''], [1], ['x'.repeat(257)], Array(17).fill('a')],
  exp: [null, '1', 1.5, -1, Number.NaN, 2 ** 53, true],
  nbf: [null, '1', 1.5, -1, Number.POSITIVE_INFINITY, 2 ** 53],
  iat: [null, '1', 1.5, -1, [], 2 ** 53],
  jti: [null, '', 1, 'a'.repeat(31), 'a'.repeat(33), 'A'.repeat(32), `${'a'.repeat(31)}\n`],
  sid: [null, '', 'g'.repeat(32)],
  scope: [null, '', 'a:b:c', [], ['a:b'], [1], [null], Array(101).fill('a:b:c')],
  task_id: [null, '', '.', '..', 'a/b', 'x'.repeat(129), 1],
  orch_id: [null, '', '.', '..', 'a/b', 'x'.repeat(129), 1],
  app_id: [null, '', 'a:b', 1],
  lsid: [null, '', 'x'],
  cnf: [null, {}, [], 'x', { jkt: 1 }, { jkt: 'A'.repeat(42) }, { jkt: `${'A'.repeat(42)}B` }],
  delegation_chain: [null, [], {}, [{}], Array(6).fill(chain[0])],
  chain_hash: [null, '', 'a'.repeat(63), 'A'.repeat(64)],
}

for (const [name, values] of Object.entries(badForms)) {
  test(`${name} has one type and one form`, () => {
    for (const value of values) assert.equal(readClaims({ ...delegated, [name]: value }), undefined)
  })
}

test('a chain and its hash come together', () => {
  const { delegation_chain: _chain, ...withoutChain } = delegated
  const { chain_hash: _hash, ...withoutHash } = delegated
  assert.equal(readClaims(withoutChain), undefined)
  assert.equal(readClaims(withoutHash), undefined)
})

test('what is no object holds no claims', () => {
  for (const value of [undefined, null, 1, 'x', [], [claims], () => claims]) {
    assert.equal(readClaims(value), undefined)
  }
})

test('unknown claims are left behind, the prototype is left alone', () => {
  const text = JSON.stringify(claims).replace('{', '{"__proto__":{"admin":true},"extra":1,')
  const known = readClaims(JSON.parse(text))
  assert.deepEqual(known, claims)
  assert.equal(Object.getPrototypeOf(known), Object.prototype)
})
