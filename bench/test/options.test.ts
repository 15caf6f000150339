import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOptions } from '../src/options.ts'

test('without options everything is measured at its default size, for people', () => {
  const { json, quick, full, only, profile } = readOptions([])
  assert.deepEqual([json, quick, full, only, profile], [false, false, false, undefined, undefined])
})

test('a misspelt option is refused, and so are quick and full together', () => {
  assert.throws(() => readOptions(['--qiuck']), TypeError)
  assert.throws(() => readOptions(['start-up']), TypeError)
  assert.throws(() => readOptions(['--quick', '--full']), TypeError)
})
