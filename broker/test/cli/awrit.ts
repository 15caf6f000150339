import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { TestContext } from 'node:test'

const main = join(import.meta.dirname, '../../src/main.ts')

export interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

export interface Awrit {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  /** What it has written so far. */
  readonly written: { stdout: string; stderr: string }
  /** Resolves to the first match in what it writes to stdout; rejects when it ends before. */
  readonly expect: (pattern: RegExp) => Promise<RegExpExecArray>
  readonly ended: Promise<Ended>
}

/** Runs the command in `folder`, with no variables but `environment`; killed at the end of the test. */
export function awrit(
  t: TestContext,
  args: readonly string[],
  { folder, environment = {} }: { folder: string; environment?: Record<string, string> },
): Awrit {
  const child = spawn(process.execPath, ['--conditions=agentwrit-source', main, ...args], {
    cwd: folder,
    env: { HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const written = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text))
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ ...written, code }))
  })
  return { child, written, ended, expect }

  function expect(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
    const look = () => {
      const match = pattern.exec(written.stdout)
      if (match) resolve(match)
    }
    look()
    child.stdout.on('data', look)
    void ended.then(({ stderr }) => reject(new Error(`ended before ${pattern}: ${stderr}`)))
    return promise
  }
}

export function temporaryFolder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'awrit-cli-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
