import assert from 'node:assert/strict'
import test from 'node:test'
import { isPlainText } from '../src/text.ts'

test('plain text has 1 to the given number of characters', () => {
  assert.ok(isPlainText('abc', 3))
  assert.ok(isPlainText('😀😀😀', 3))
  assert.ok(!isPlainText('', 3))
  assert.ok(!isPlainText('abcd', 3))
  assert.ok(!isPlainText('😀😀😀😀', 3))
})

test('plain text holds no control character and no lone surrogate', () => {
  for (const text of ['\u0000', 'a\nb', '\u001f', '\u007f', '\ud800', 'a\udfff']) {
    assert.ok(!isPlainText(text, 10))
  }
  for (const text of [' ', '\u0080', 'ä', '\u2028']) assert.ok(isPlainText(text, 10))
})

test('only text is text', () => {
  for (const value of [null, undefined, 1, ['a'], { length: 1 }]) assert.ok(!isPlainText(value, 10))
})
