// The one secret of a deployment: an Ed25519 private key as PKCS#8 PEM, whose 32-byte seed every other key is derived
// from (contract 2.9). It is never rewritten, and refused as soon as anybody but its owner could have read it.
import { constants, promises as files, type Stats } from 'node:fs'
import { createKeyFile } from './create-key-file.ts'
import { KeyFileError, type KeyFileFlaw } from './key-file-error.ts'
import { readKeyPem } from './key-pem.ts'

export interface KeyFileOptions {
  /** Only beside an empty store: with a new seed nothing in the store could be read. */
  readonly mayCreate: boolean
}

/** Ours have 119 bytes; another file named by mistake is not read into memory. */
const LARGEST_FILE = 16_384
const GROUP_OR_OTHERS = 0o077
/** Windows has neither such permissions nor this flag. */
const isPosix = process.platform !== 'win32'
// Opening a named pipe must not hold up the start for ever.
const READ = isPosix ? constants.O_RDONLY | constants.O_NONBLOCK : constants.O_RDONLY

/** The deployment's 32-byte seed. */
export async function loadSigningKeyFile(
  path: string,
  { mayCreate }: KeyFileOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const existing = await readSeed(path)
  if (existing !== undefined) return existing
  if (!mayCreate) throw new KeyFileError(path, 'missing')
  try {
    await createKeyFile(path)
  } catch (error) {
    throw new KeyFileError(path, 'cannot_make', error)
  }
  // Another broker may have made it a moment earlier: what counts is the file.
  const created = await readSeed(path)
  if (created === undefined) throw new KeyFileError(path, 'missing')
  return created
}

/** Undefined when there is no such file. */
async function readSeed(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = await openFile(path)
  if (file === undefined) return undefined
  try {
    // Links are followed, for mounted secrets are links. What is judged is the opened file: it cannot be swapped.
    const flaw = findFlaw(await file.stat())
    const read = flaw ?? readKeyPem(await file.readFile('utf8'))
    if (typeof read === 'string') throw new KeyFileError(path, read)
    return read
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<files.FileHandle | undefined> {
  try {
    return await files.open(path, READ)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new KeyFileError(path, 'cannot_open', error)
  }
}

function findFlaw(stats: Stats): KeyFileFlaw | undefined {
  if (!stats.isFile()) return 'not_a_file'
  if (isPosix && (stats.mode & GROUP_OR_OTHERS) !== 0) return 'open_to_others'
  return stats.size > LARGEST_FILE ? 'too_large' : undefined
}
