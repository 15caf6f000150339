import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { LineResult } from '../suite/run-checks.ts'
import { adminSecret } from './started-broker.ts'

export interface SuiteRun {
  readonly exitCode: number | null
  /** Everything written to both outputs. */
  readonly output: string
  readonly lines: readonly LineResult[]
}

/** The suite in a process of its own, as a stranger runs it. */
export async function runSuite(...options: string[]): Promise<SuiteRun> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=agentwrit-source',
      join(import.meta.dirname, '../main.ts'),
      '--json',
      ...options,
    ],
    { env: { AACTL_ADMIN_SECRET: adminSecret }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const closed = once(child, 'close')
  const [result, progress] = await Promise.all([text(child.stdout), text(child.stderr)])
  await closed
  const { lines }: { lines: LineResult[] } = JSON.parse(result === '' ? '{"lines":[]}' : result)
  return { exitCode: child.exitCode, output: result + progress, lines }
}

/** `12: reason` of each part with this status. */
export function partsThat(
  { lines }: SuiteRun,
  status: LineResult['parts'][number]['status'],
): string[] {
  return lines.flatMap(({ line, parts }) =>
    parts
      .filter((part) => part.status === status)
      .map(({ title, reason }) => `${line} ${title}: ${reason ?? ''}`),
  )
}
