import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  abbreviate,
  isAppName,
  scopesOfRole,
  toAppInfo,
  type App,
} from '../../../src/domain/apps/app.ts'
import { beyondCeiling } from '../../../src/domain/apps/ceiling.ts'
import { drawSecret, matchSecret } from '../../../src/domain/apps/client-secret.ts'
import { covers } from '@agentwrit/protocol'

const app: App = {
  appId: 'app-reports-0a1b2c',
  name: 'reports',
  clientId: 're-0123456789ab',
  role: 'app',
  scopes: ['read:data:*', 'write:logs:a'],
  tokenTtl: 1800,
  delegatesTo: [],
  version: 1,
  secretHash: 'a'.repeat(64),
  createdAt: 1_767_323_045_600,
  updatedAt: 1_767_323_045_600,
}

test('the name of an app is lower-case words joined by hyphens, the first of two characters', () => {
  for (const name of ['ab', 'a1', 'my-app', 'a1-2-3', 'ab-c', `a${'b'.repeat(63)}`]) {
    assert.equal(isAppName(name), true, name)
  }
  const bad = ['', 'a', '1a', 'A-b', 'my_app', 'my--app', '-ab', 'ab-', 'a-b', 'äb', 'ab\n']
  for (const name of [...bad, `a${'b'.repeat(64)}`]) assert.equal(isAppName(name), false, name)
})

test('a client id begins with two letters of one word, or the first letters of up to three', () => {
  assert.equal(abbreviate('reports'), 're')
  assert.equal(abbreviate('data-pipeline'), 'dp')
  assert.equal(abbreviate('my-data-app'), 'mda')
  assert.equal(abbreviate('one-two-three-four'), 'ott')
})

test('an app is shown with whole seconds, and without its secret', () => {
  const info = toAppInfo({ ...app, deregisteredAt: 1 })
  assert.equal(info.created_at, '2026-01-02T03:04:05Z')
  assert.equal(info.status, 'inactive')
  assert.equal(JSON.stringify(info).includes(app.secretHash), false)
})

test('a verifier’s tokens follow the feed and launch nothing', () => {
  assert.deepEqual(scopesOfRole('verifier'), ['app:feed:read'])
  assert.ok(!scopesOfRole('verifier').some((scope) => covers(scope, 'app:launch-tokens:*')))
})

const word = fc.constantFrom('read', 'write', 'data', 'logs', '*', 'a', 'b')
const scope = fc.tuple(word, word, word).map((parts) => parts.join(':'))

test('a scope is beyond the ceiling exactly when no member covers it', () => {
  fc.assert(
    fc.property(fc.array(scope), fc.array(scope), (ceiling, wanted) => {
      const beyond = beyondCeiling({ ...app, scopes: ceiling }, wanted)
      const expected = wanted.filter((one) => !ceiling.some((other) => covers(other, one)))
      assert.deepEqual(beyond, expected)
    }),
  )
})

function drawn(seed: number) {
  return drawSecret((length) => new Uint8Array(length).fill(seed))
}

test('a secret is 64 hex characters and kept as a hash that is not the secret', () => {
  const { secret, hash } = drawn(7)
  assert.match(secret, /^[0-9a-f]{64}$/)
  assert.match(hash, /^[0-9a-f]{64}$/)
  assert.notEqual(secret, hash)
})

test('the current secret matches for ever, the previous one until it expires, no other at all', () => {
  const [current, previous, other] = [drawn(1), drawn(2), drawn(3)]
  const rotated = {
    secretHash: current.hash,
    previousSecret: { hash: previous.hash, expiresAt: 1000 },
  }
  for (const now of [0, 999, 1000, 1e15]) {
    assert.deepEqual(matchSecret(rotated, current.secret, now), {
      hash: current.hash,
      isPrevious: false,
    })
    assert.equal(matchSecret(rotated, other.secret, now), undefined)
  }
  assert.equal(matchSecret(rotated, previous.secret, 999)?.isPrevious, true)
  assert.equal(matchSecret(rotated, previous.secret, 1000), undefined)
})

test('nobody’s secret matches nothing, nor does a hash stand for its secret', () => {
  const { secret, hash } = drawn(0xab)
  for (const presented of ['', secret, hash]) {
    assert.equal(matchSecret(undefined, presented, 0), undefined)
  }
  assert.equal(matchSecret({ secretHash: hash }, '', 0), undefined)
  assert.equal(matchSecret({ secretHash: hash }, hash, 0), undefined)
  assert.equal(matchSecret({ secretHash: hash }, secret.toUpperCase(), 0), undefined)
})
