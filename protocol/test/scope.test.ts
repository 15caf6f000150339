import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import {
  covers,
  findUncovered,
  isReservedScope,
  isWithin,
  maxScopeLength,
  parseScope,
} from '../src/scope.ts'

test('a scope is split at its first two colons', () => {
  assert.deepEqual(parseScope('read:data:a:b:*'), {
    action: 'read',
    resource: 'data',
    identifier: 'a:b:*',
  })
})

test('a text with an empty part, too few parts, a control character or a lone surrogate is no scope', () => {
  const bad = ['', ':', '::', ':::', 'read', 'read:data', 'read:data:', 'read::x', ':data:x', '::x']
  const unclean = ['read:da\nta:x', 'read:data:\u0000', 'read:data:\u007f', 'read:data:\ud800']
  for (const text of [...bad, ...unclean]) assert.equal(parseScope(text), undefined, text)
})

test('a scope has at most 256 characters, whatever their size', () => {
  const atLimit = 'a:b:'.padEnd(maxScopeLength, 'x')
  const inEmoji = `a:b:${'😀'.repeat(maxScopeLength - 4)}`
  for (const text of [atLimit, inEmoji]) assert.notEqual(parseScope(text), undefined)
  for (const text of [`${atLimit}x`, `${inEmoji}😀`]) assert.equal(parseScope(text), undefined)
})

test('a star covers every identifier of its own action and resource, and nothing else', () => {
  assert.ok(covers('read:data:*', 'read:data:1'))
  assert.ok(covers('read:data:*', 'read:data:a:b'))
  assert.ok(covers('read:data:*', 'read:data:*'))
  assert.ok(!covers('read:data:*', 'write:data:1'))
  assert.ok(!covers('read:data:*', 'read:database:1'))
  assert.ok(!covers('read:data:1', 'read:data:*'))
})

test('a star has no meaning in action, resource or as a prefix', () => {
  assert.ok(!covers('*:*:*', 'read:data:1'))
  assert.ok(!covers('read:*:*', 'read:data:1'))
  assert.ok(!covers('read:data:a*', 'read:data:ab'))
  assert.ok(!covers('read:data:*:*', 'read:data:a:b'))
  assert.ok(covers('*:*:*', '*:*:x'))
})

test('case, white space and look-alikes make another scope', () => {
  for (const text of ['Read:data:1', 'read:data:1 ', ' read:data:1', 'read:dаta:1']) {
    assert.ok(!covers('read:data:1', text))
  }
})

test('what is no scope covers nothing and is covered by nothing, not even by itself', () => {
  for (const text of ['', 'read', 'read:data', 'read:data:', 'read:data:\n']) {
    assert.ok(!covers(text, text))
    assert.ok(!covers('read:data:*', text))
    assert.ok(!covers(text, 'read:data:1'))
  }
})

test('the uncovered scopes are named in the order given', () => {
  const requested = ['c:r:1', 'a:r:1', 'bad', 'b:r:1']
  assert.deepEqual(findUncovered(requested, ['a:r:*']), ['c:r:1', 'bad', 'b:r:1'])
})

test('scopes whose action is admin or app are reserved', () => {
  for (const text of ['admin:revoke:*', 'app:agents:*', 'admin:x:y:z', 'admin:', 'app::']) {
    assert.ok(isReservedScope(text), text)
  }
  for (const text of ['administer:a:b', 'apps:a:b', 'read:admin:*', 'read:app:x', 'Admin:a:b']) {
    assert.ok(!isReservedScope(text), text)
  }
})

// A tiny alphabet, so that random scopes often meet; some are not scopes at all.
const part = fc.constantFrom('a', 'b', '*', 'a*', '')
const scope = fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join(':'))
const scopes = fc.array(scope, { maxLength: 6 })

/** Contract 2.8, word for word and pair by pair. */
function naivelyCovers(allowed: string, requested: string): boolean {
  const [a, r] = [parseScope(allowed), parseScope(requested)]
  if (a === undefined || r === undefined) return false
  const sameKind = a.action === r.action && a.resource === r.resource
  return sameKind && (a.identifier === r.identifier || a.identifier === '*')
}

test('covers is reflexive on scopes', () => {
  fc.assert(fc.property(scope, (a) => covers(a, a) === (parseScope(a) !== undefined)))
})

test('covers is transitive', () => {
  fc.assert(
    fc.property(scope, scope, scope, (a, b, c) => !covers(a, b) || !covers(b, c) || covers(a, c)),
    { numRuns: 2000 },
  )
})

test('within is what the quadratic definition says', () => {
  fc.assert(
    fc.property(scopes, scopes, (requested, allowed) => {
      const expected = requested.every((r) => allowed.some((a) => naivelyCovers(a, r)))
      return isWithin(requested, allowed) === expected
    }),
    { numRuns: 2000 },
  )
})

test('authority shrinks along a chain: within is transitive', () => {
  fc.assert(
    fc.property(scopes, scopes, scopes, (a, b, c) => {
      return !isWithin(a, b) || !isWithin(b, c) || isWithin(a, c)
    }),
    { numRuns: 2000 },
  )
})

test('an over-long scope is refused before it is searched', () => {
  // Searching all of these takes over ten seconds, looking at their lengths no time at all.
  const huge = 'x'.repeat(2 ** 26)
  const many = Array.from({ length: 128 }, () => huge)
  const started = performance.now()
  assert.equal(findUncovered(many, many).length, many.length)
  assert.ok(performance.now() - started < 2000)
})
