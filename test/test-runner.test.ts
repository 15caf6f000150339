import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

const runner = join(import.meta.dirname, '../scripts/run-tests.mjs')

test('a test that did not run has proven nothing: npm test fails on it', (t) => {
  assert.equal(exitCode(t, "test('runs', () => {})"), 0)
  assert.equal(exitCode(t, "test('runs', () => {})\ntest.skip('does not', () => {})"), 1)
  assert.equal(exitCode(t, "test('runs', () => {})\ntest.todo('will')"), 1)
  assert.equal(exitCode(t, "test('steps aside', (t) => t.skip('no tool'))"), 1)
})

test('npm test fails on a failing test and on a file that cannot be run', (t) => {
  assert.equal(exitCode(t, "test('fails', () => { throw new Error('so') })"), 1)
  assert.equal(exitCode(t, "import './missing.ts'"), 1)
})

/** Of `npm test <file>` for a file with these lines. */
function exitCode(t: TestContext, lines: string): number | null {
  const folder = mkdtempSync(join(tmpdir(), 'awrit-runner-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'planted.test.ts')
  writeFileSync(file, `import { test } from 'node:test'\n${lines}\n`)
  // Node marks the environment of a running test, and a runner started there would not run on its own.
  const start = `delete process.env.NODE_TEST_CONTEXT
    const { runTests } = await import('${runner}')
    process.exitCode = runTests(['${file}']) ? 0 : 1`
  return spawnSync(process.execPath, ['--input-type=module', '--eval', start]).status
}
