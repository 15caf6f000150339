import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scope, ScopeDeniedError } from '@agentwrit/client'

test('a scope is made of names', () => {
  assert.equal(scope`read:records:${'P-2014'}`, 'read:records:P-2014')
  assert.equal(scope`${'read'}:records:${7}`, 'read:records:7')
  assert.equal(scope`read:records:*`, 'read:records:*')
})

const unusable = [
  '',
  undefined,
  null,
  '*',
  'P:1',
  'P 1',
  'P\n1',
  'P\u00a01',
  'P\u0000',
  ['P-1'],
  {},
]

test('a name that could mean more than was meant is a denial, and is not repeated', () => {
  for (const name of unusable) {
    assert.throws(
      () => scope`read:records:${name}`,
      (error) => error instanceof ScopeDeniedError && !error.message.includes('P'),
      `${JSON.stringify(name)} must be refused`,
    )
  }
})

test('a template that makes no scope is a denial', () => {
  assert.throws(() => scope`read:${'records'}`, ScopeDeniedError)
  assert.throws(() => scope`read:records:${'x'.repeat(300)}`, ScopeDeniedError)
})
