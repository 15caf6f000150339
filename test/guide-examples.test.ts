import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

test('the programs that the guide shows in Python are the files that are run', () => {
  const shown = Array.from(
    read('docs/guide/python.md').matchAll(/^```python\n([^]*?)^```$/gm),
    ([, code]) => code ?? '',
  )
  const files = globSync('examples/python/*.py', { cwd: root })
  assert.ok(files.length > 1)
  assert.deepEqual(new Set(shown), new Set(files.map(read)))
})
