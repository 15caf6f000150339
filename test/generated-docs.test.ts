import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const reference = join(root, 'docs/reference')

test('the reference pages are what the sources say', () => {
  assert.equal(check(reference), 0)
})

test('a reference page that was changed by hand is noticed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'awrit-docs-'))
  t.after(() => rmSync(folder, { recursive: true }))
  cpSync(reference, folder, { recursive: true })
  appendFileSync(join(folder, 'configuration.md'), '\nAA_EXTRA\n')
  assert.equal(check(folder), 1)
})

function check(folder: string): number | null {
  const generator = join(root, 'scripts/generate-docs.mjs')
  const condition = '--conditions=agentwrit-source'
  return spawnSync(process.execPath, [condition, generator, '--check', '--folder', folder]).status
}
