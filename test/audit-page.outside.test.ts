// Needs curl, openssl and Python with `cryptography`: it does what docs/security/audit.md tells its readers to do.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isAsShown, readBlocks } from './guide-blocks.ts'
import { freePort, runInOneShell } from './guide-shell.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/security/audit.md'), 'utf8')
const script = /^```python\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? ''

test('the verifier in another language is as short as promised', () => {
  const lines = script.split('\n').filter((line) => line !== '')
  assert.ok(lines.length > 20 && lines.length <= 36, `${lines.length} lines`)
})

test(
  'whoever follows the page verifies a real export, and sees what was changed',
  { timeout: 120_000 },
  async (t) => {
    const blocks = readBlocks(page.replaceAll('8080', String(await freePort())))
    const folder = await mkdtemp(join(tmpdir(), 'agentwrit-audit-page-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))

    const code = blocks.map((block) => block.code)
    // The reader copies the script when the page says so: before the block that runs it.
    const run = code.findIndex((text) => text.startsWith('python3 verify_audit.py'))
    assert.ok(run > 0)
    const copied = `cat > verify_audit.py << 'END'\n${script}END\n${code[run]}`
    const { outputs, rest } = await runInOneShell(code.with(run, copied), folder, t.signal)

    assert.equal(rest, '', `the block on line ${blocks[outputs.length]?.line} stopped`)
    for (const [index, { line, output: shown }] of blocks.entries()) {
      const output = outputs[index] ?? ''
      if (shown !== undefined) assert.ok(isAsShown(output, shown), `line ${line} gives:\n${output}`)
    }
    assert.equal(blocks.filter(({ output }) => output !== undefined).length, 3)
    assert.deepEqual(await readdir(folder), ['node_modules'], 'the tear-down leaves nothing')
  },
)
