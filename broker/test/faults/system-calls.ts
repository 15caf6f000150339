import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Fsyncs {
  /** Of the write-ahead log: one makes a commit durable. */
  readonly log: number
  /** Of the database itself: checkpoints. */
  readonly database: number
  /** Of anything else. */
  readonly other: number
}

const flushes = ['fsync', 'fdatasync', 'sync_file_range', 'msync']

/** Counts what a process and all its threads flush to the disk while `action` runs. */
export async function countFsyncs(pid: number, action: () => Promise<unknown>): Promise<Fsyncs> {
  const lines = await traceCalls(pid, flushes, action)
  // A call during which another thread makes one is written in two lines; the second names no file.
  // That of the high-water file comes once a second, whatever is asked: it is nobody's.
  const files = lines
    .flatMap((line) => /\w\(\d+<([^>]*)>/.exec(line)?.[1] ?? [])
    .filter((file) => !file.includes('.high-water'))
  const log = files.filter((file) => file.endsWith('.db-wal')).length
  const database = files.filter((file) => file.endsWith('.db')).length
  return { log, database, other: files.length - log - database }
}

/** The calls in the order in which they were made and returned; needs strace and the right to trace. */
export async function traceCalls(
  pid: number,
  calls: readonly string[],
  action: () => Promise<unknown>,
): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'agentwrit-strace-'))
  const trace = join(folder, 'trace')
  try {
    const options = ['-f', '-y', '-e', `trace=${calls.join(',')}`, '-o', trace, '-p', `${pid}`]
    const strace = spawn('strace', options, { stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = once(strace, 'exit')
    await untilAttached(strace.stderr, ended)
    try {
      await action()
    } finally {
      // It detaches and leaves the traced process running.
      strace.kill('SIGINT')
      await ended
    }
    return (await readFile(trace, 'utf8')).split('\n')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function untilAttached(output: NodeJS.ReadableStream, ended: Promise<unknown>) {
  let text = ''
  const attached = new Promise<boolean>((resolve) => {
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (/attached/.test(text)) resolve(true)
    })
  })
  const isAttached = await Promise.race([attached, ended.then(() => false)])
  if (!isAttached) throw new Error(`strace could not attach: ${text}`)
}
