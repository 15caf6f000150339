import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const laws = [
  '1-authority-never-grows',
  '2-one-shot-is-one-shot',
  '3-answered-means-durable',
  '4-revoked-means-dead',
  '5-nothing-unaudited',
  '6-no-credential-at-rest-or-in-a-log',
  '7-bounded',
  '8-deny-by-default',
]

test('every law of the design has its tests under its name', () => {
  const files = readdirSync(join(import.meta.dirname, '../broker/test/laws'))
  assert.deepEqual(
    files.filter((file) => file.endsWith('.test.ts')).toSorted(),
    laws.map((law) => `${law}.test.ts`),
  )
})
