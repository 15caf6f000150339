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

/** Counts what a process and all its threads flush to the disk while `action` runs; needs strace and the right to trace. */
export async function countFsyncs(pid: number, action: () => Promise<unknown>): Promise<Fsyncs> {
  const folder = await mkdtemp(join(tmpdir(), 'agentwrit-strace-'))
  const trace = join(folder, 'trace')
  try {
    const strace = spawn(
      'strace',
      [
        '-f',
        '-y',
        '-e',
        'trace=fsync,fdatasync,sync_file_range,msync',
        '-o',
        trace,
        '-p',
        `${pid}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const ended = once(strace, 'exit')
    await untilAttached(strace.stderr, ended)
    try {
      await action()
    } finally {
      // It detaches and leaves the traced process running.
      strace.kill('SIGINT')
      await ended
    }
    return toCounts(await readFile(trace, 'utf8'))
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

/** A call that another thread interrupts is written in two lines; the second, `resumed`, names no file. */
function toCounts(trace: string): Fsyncs {
  const files = [
    ...trace.matchAll(/\b(?:fsync|fdatasync|sync_file_range|msync)\(\d+<([^>]*)>/g),
  ].map(([, file = '']) => file)
  const log = files.filter((file) => file.endsWith('.db-wal')).length
  const database = files.filter((file) => file.endsWith('.db')).length
  return { log, database, other: files.length - log - database }
}
