import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifiedTokenCache } from '../../src/crypto/verified-token-cache.ts'
import type { VerifiedToken } from '../../src/domain/tokens/verified-tokens.ts'

const verified: VerifiedToken = {
  claims: { iss: '', sub: 'admin', exp: 2, nbf: 1, iat: 1, jti: '00'.repeat(16), scope: ['a:b:c'] },
  kid: 'k'.repeat(43),
  superseded: false,
}

/** A token of 1,000 characters. */
function token(number: number): string {
  return String(number).padStart(1000, 'x')
}

test('a token is known by its exact text', () => {
  const known = verifiedTokenCache()
  known.set(token(1), verified)
  assert.equal(known.get(token(1)), verified)
  assert.equal(known.get(`${token(1)} `), undefined)
  assert.equal(known.get(token(2)), undefined)
})

test('the memory is bounded in bytes and forgets what was used longest ago', () => {
  const known = verifiedTokenCache(10 * 3000)
  for (let number = 0; number < 10; number++) known.set(token(number), verified)
  assert.equal(known.get(token(0)), verified)
  known.set(token(10), verified)
  assert.equal(known.get(token(0)), verified)
  assert.equal(known.get(token(1)), undefined)
  for (let number = 100; number < 1000; number++) known.set(token(number), verified)
  const kept = Array.from({ length: 1000 }, (_, number) => known.get(token(number)))
  assert.equal(kept.filter((entry) => entry !== undefined).length, 10)
})

test('a token larger than the whole memory is not kept, and drives no other out', () => {
  const known = verifiedTokenCache(3000)
  known.set(token(1), verified)
  known.set('x'.repeat(1001), verified)
  assert.equal(known.get('x'.repeat(1001)), undefined)
  assert.equal(known.get(token(1)), verified)
})
