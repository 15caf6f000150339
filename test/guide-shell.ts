import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'

const marker = '--- end of block'

/** What the blocks of a guide have given. */
export interface ShellRun {
  /** Of each block that came to its end. */
  readonly outputs: string[]
  /** What came after the last of them: nothing, unless a command failed. */
  readonly rest: string
}

/** As a reader does, one block after another in the same shell. `-e` stops at the first command that fails. */
export async function runInOneShell(
  blocks: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<ShellRun> {
  // What a block has started must not stay behind when one fails, or takes too long.
  const tearDown = `trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\nexec 2>&1\n`
  const script = tearDown + blocks.map((code) => `${code}\nprintf '\\n${marker}\\n'\n`).join('')
  const shell = spawn('bash', ['-e', '-u', '-c', script], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  })
  const [output] = await Promise.all([text(shell.stdout), once(shell, 'exit')])
  const parts = output.split(`\n${marker}\n`)
  return { outputs: parts.slice(0, -1), rest: parts.at(-1) ?? '' }
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await once(probe.listen(0, '127.0.0.1'), 'listening')
  const address = probe.address()
  probe.close()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}
