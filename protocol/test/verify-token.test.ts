import assert from 'node:assert/strict'
import test from 'node:test'
import { checkTimes, hasAudience, hasIssuer } from '../src/verify-token.ts'

const claims = { nbf: 1000, exp: 1300 }

test('a token is accepted in the last millisecond before exp and refused at exp', () => {
  assert.equal(checkTimes(claims, 1_299_999, 2), undefined)
  assert.equal(checkTimes(claims, 1_300_000, 2), 'expired')
  assert.equal(checkTimes(claims, 9e15, 2), 'expired')
})

test('nbf may lie ahead by the leeway and no more', () => {
  assert.equal(checkTimes(claims, 998_000, 2), undefined)
  assert.equal(checkTimes(claims, 997_999, 2), 'not_yet_valid')
  assert.equal(checkTimes(claims, 995_000, 5), undefined)
  assert.equal(checkTimes(claims, 994_999, 5), 'not_yet_valid')
})

test('a clock or leeway that is no number denies', () => {
  assert.equal(checkTimes(claims, Number.NaN, 2), 'expired')
  assert.equal(checkTimes(claims, 1_100_000, Number.NaN), 'not_yet_valid')
})

test('an issuer is compared exactly, and only if one is set', () => {
  assert.ok(hasIssuer({ iss: 'https://a' }, 'https://a'))
  assert.ok(!hasIssuer({ iss: 'https://a/' }, 'https://a'))
  assert.ok(!hasIssuer({ iss: '' }, 'https://a'))
  assert.ok(hasIssuer({ iss: 'https://a' }))
  assert.ok(hasIssuer({ iss: 'https://a' }, ''))
})

test('an audience that is asked for must be among the claims', () => {
  assert.ok(hasAudience({ aud: ['a', 'b'] }, 'b'))
  assert.ok(!hasAudience({ aud: ['ab'] }, 'a'))
  assert.ok(!hasAudience({}, 'a'))
  assert.ok(hasAudience({}))
  assert.ok(hasAudience({ aud: ['a'] }, ''))
})
