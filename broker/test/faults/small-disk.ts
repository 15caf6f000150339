import { execFile } from 'node:child_process'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** A file system of a few megabytes that really runs full. */
export interface SmallDisk extends AsyncDisposable {
  readonly folder: string
  /** Takes all room that is left. */
  fill(): void
  /** Gives it back. */
  clear(): Promise<void>
}

/** Needs root: a tmpfs of its own, unmounted when it is disposed of. */
export async function smallDisk(kilobytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'agentwrit-disk-'))
  await execute('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=700`, 'tmpfs', folder])
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill: () => fill(ballast),
    clear: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      await execute('umount', ['--lazy', folder])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function fill(path: string): void {
  const file = openSync(path, 'a')
  try {
    for (const size of [65_536, 4096]) {
      while (canWrite(file, size)) fsyncSync(file)
    }
  } finally {
    closeSync(file)
  }
}

function canWrite(file: number, size: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(size, 1)) > 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false
    throw error
  }
}
