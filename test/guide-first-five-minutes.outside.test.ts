// Needs curl, openssl and Python with `cryptography`: it does what the page tells its reader to do.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { isAsShown, readBlocks } from './guide-blocks.ts'

const root = join(import.meta.dirname, '..')
const marker = '--- end of block'

test(
  'whoever follows the first five minutes sees what the page shows',
  { timeout: 120_000 },
  async (t) => {
    const markdown = await readFile(join(root, 'docs/guide/first-five-minutes.md'), 'utf8')
    const blocks = readBlocks(markdown.replaceAll('8080', String(await freePort())))
    assert.ok(blocks.length > 15)
    const folder = await mkdtemp(join(tmpdir(), 'agentwrit-guide-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    // The reader stands in a clone after `npm ci`.
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))

    const { outputs, rest } = await runInOneShell(
      blocks.map(({ code }) => code),
      folder,
    )
    assert.equal(rest, '', `the block on line ${blocks[outputs.length]?.line} stopped`)
    for (const [index, { line, output: shown }] of blocks.entries()) {
      const output = outputs[index] ?? ''
      if (shown !== undefined) assert.ok(isAsShown(output, shown), `line ${line} gives:\n${output}`)
    }
    assert.equal(existsSync(join(folder, 'first-token')), false)
  },
)

interface ShellRun {
  /** Of each block that came to its end. */
  readonly outputs: string[]
  /** What came after the last of them: nothing, unless a command failed. */
  readonly rest: string
}

/** `-e` stops at the first command that fails. */
async function runInOneShell(blocks: readonly string[], folder: string): Promise<ShellRun> {
  // The broker of a block that failed must not stay behind.
  const tearDown = `trap 'kill "\${BROKER_PID:-}" 2>/dev/null || true' EXIT\nexec 2>&1\n`
  const script = tearDown + blocks.map((code) => `${code}\nprintf '\\n${marker}\\n'\n`).join('')
  const shell = spawn('bash', ['-e', '-u', '-c', script], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output] = await Promise.all([text(shell.stdout), once(shell, 'exit')])
  const parts = output.split(`\n${marker}\n`)
  return { outputs: parts.slice(0, -1), rest: parts.at(-1) ?? '' }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await once(probe.listen(0, '127.0.0.1'), 'listening')
  const address = probe.address()
  probe.close()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}
