import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const pages = [
  { page: 'docs/guide/developer.md', language: 'ts', files: 'examples/records/src/*.ts' },
  { page: 'docs/guide/python.md', language: 'python', files: 'examples/python/*.py' },
]

for (const { page, language, files } of pages) {
  test(`the programs that ${page} shows are the files that are run`, () => {
    const blocks = read(page).matchAll(/^```(\w+)\n([^]*?)^```$/gm)
    const shown = Array.from(blocks).flatMap(([, name, code = '']) =>
      name === language ? code : [],
    )
    const programs = globSync(files, { cwd: root })
    assert.ok(programs.length > 1)
    assert.deepEqual(new Set(shown), new Set(programs.map(read)))
  })
}
