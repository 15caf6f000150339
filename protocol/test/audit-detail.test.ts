import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { formatDetail, maxDetailValueLength } from '../src/audit-detail.ts'
import { canonicalize } from '../src/jcs.ts'

test('a detail is a phrase and its parts, in the order given', () => {
  assert.equal(formatDetail('token released', { jti: 'ab' }), 'token released | jti=ab')
  assert.equal(formatDetail('agent registered'), 'agent registered')
  assert.equal(
    formatDetail('launch token issued', { scope: ['a:b:c', 'd:e:*'], max_ttl: 300, once: true }),
    'launch token issued | scope=[a:b:c,d:e:*] | max_ttl=300 | once=true',
  )
})

test('an undefined part is left out', () => {
  assert.equal(
    formatDetail('revoked', { reason: undefined, level: 'task' }),
    'revoked | level=task',
  )
})

test('a reason holding " | count=0" adds no part', () => {
  assert.equal(
    formatDetail('revoked', { reason: 'x | count=0' }),
    String.raw`revoked | reason=x \| count\=0`,
  )
  assert.equal(formatDetail('revoked', { reason: '\\' }), String.raw`revoked | reason=\\`)
})

test('nothing invisible reaches a reader', () => {
  assert.equal(
    formatDetail('revoked', { reason: 'a\n\u001b[31m\u007f\u0085\u2028\u202e' }),
    String.raw`revoked | reason=a\u{a}\u{1b}[31m\u{7f}\u{85}\u{2028}\u{202e}`,
  )
})

test('a value is cut to 256 characters before it is escaped', () => {
  assert.equal(cut('x'.repeat(10_000)), 'x'.repeat(maxDetailValueLength))
  assert.equal(cut('|'.repeat(300)), String.raw`\|`.repeat(maxDetailValueLength))
  assert.equal(cut('😀'.repeat(300)), '😀'.repeat(maxDetailValueLength))
  assert.equal(cut(`x${'😀'.repeat(300)}`), `x${'😀'.repeat(maxDetailValueLength - 1)}`)
})

function cut(value: string): string {
  return formatDetail('phrase', { value }).slice('phrase | value='.length)
}

test('a key is a plain name of ours', () => {
  for (const key of ['', 'a b', 'a=b', 'A', '1', 'a|']) {
    assert.throws(() => formatDetail('p', { [key]: 1 }), TypeError)
  }
})

/** Reads a detail back, as an auditor's tool would. */
function readParts(detail: string): string[] {
  return detail.split(/(?<!\\)(?:\\\\)* \| /)
}

test('whatever a client sends, a detail has as many parts as we gave it', () => {
  const value = fc.string({ unit: fc.constantFrom('\\', '|', '=', ' ', 'a', '\n', '\ud800') })
  fc.assert(
    fc.property(value, value, (one, other) => {
      const detail = formatDetail('phrase', { one, other })
      assert.equal(readParts(detail).length, 3)
      assert.equal(detail.replaceAll(/\\./g, '').split('=').length, 3)
    }),
    { numRuns: 2000 },
  )
})

test('any detail can be hashed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
      const text = String.fromCharCode(...units)
      canonicalize(formatDetail(text, { value: text, list: [text, text] }))
    }),
  )
})
