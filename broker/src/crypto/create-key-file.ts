import { randomBytes } from 'node:crypto'
import { promises as files } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { makeKeyPem } from './key-pem.ts'

/**
 * Makes a key file that is there as a whole or not at all, even if the power fails in between, and never replaces one:
 * of several brokers that start at once one makes it, for the others it exists already.
 */
export async function createKeyFile(path: string): Promise<void> {
  const folder = dirname(resolve(path))
  const firstNew = await files.mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(8).toString('hex')}.new`
  try {
    await writeDurably(draft, makeKeyPem())
    await linkUnlessThere(draft, path)
  } finally {
    await files.rm(draft, { force: true })
  }
  await flushFolders(folder, firstNew)
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await files.open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Unlike a rename, a link refuses to replace. */
async function linkUnlessThere(from: string, to: string): Promise<void> {
  try {
    await files.link(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/** A name is kept once the folder it stands in has been flushed: of the file, and of each folder made for it. */
async function flushFolders(folder: string, firstNew: string | undefined): Promise<void> {
  // Windows cannot open a folder.
  if (process.platform === 'win32') return
  const last = firstNew === undefined ? folder : dirname(firstNew)
  for (let current = folder; ; current = dirname(current)) {
    const handle = await files.open(current, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (current === last || current === dirname(current)) return
  }
}
