// Needs curl, openssl and Python with `cryptography`: it does what the pages tell their readers to do.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { isAsShown, readBlocks } from './guide-blocks.ts'
import { freePort, runInOneShell } from './guide-shell.ts'

const root = join(import.meta.dirname, '..')
const pages = globSync('docs/guide/*.md', { cwd: root })
  .map((file) => ({ file, markdown: readFileSync(join(root, file), 'utf8') }))
  .filter(({ markdown }) => readBlocks(markdown).length > 0)

test('the guide has pages to follow, and every answer that they show is compared', () => {
  assert.ok(pages.length > 1)
  for (const { file, markdown } of pages) {
    const compared = readBlocks(markdown).filter(({ output }) => output !== undefined)
    assert.equal(compared.length, markdown.match(/^```text$/gm)?.length, file)
    assert.ok(compared.length > 3, file)
  }
})

describe('whoever follows a page of the guide sees what it shows', { concurrency: true }, () => {
  for (const { file, markdown } of pages) {
    test(file, { timeout: 120_000 }, (t) => follow(t, markdown))
  }
})

async function follow(t: TestContext, markdown: string): Promise<void> {
  const [brokerPort, recordsPort] = [String(await freePort()), String(await freePort())]
  const blocks = readBlocks(markdown.replaceAll('8080', brokerPort).replaceAll('9090', recordsPort))
  const folder = await mkdtemp(join(tmpdir(), 'agentwrit-guide-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  // The reader stands in a clone after `npm ci`.
  const clone = ['examples', 'node_modules']
  for (const name of clone) await symlink(join(root, name), join(folder, name))

  const code = blocks.map((block) => block.code)
  const { outputs, rest } = await runInOneShell(code, folder, t.signal)

  assert.equal(rest, '', `the block on line ${blocks[outputs.length]?.line} stopped`)
  for (const [index, { line, output: shown }] of blocks.entries()) {
    const output = outputs[index] ?? ''
    if (shown !== undefined) assert.ok(isAsShown(output, shown), `line ${line} gives:\n${output}`)
  }
  assert.deepEqual((await readdir(folder)).toSorted(), clone, 'the tear-down leaves nothing')
}
