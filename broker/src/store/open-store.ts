import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { HighWater } from '../domain/epoch/epoch.ts'
import type { Store } from '../domain/store.ts'
import type { SigningKey } from '../domain/signing-keys/signing-key.ts'
import { Committer } from './committer.ts'
import { createStore } from './create-store.ts'
import { HighWaterFile } from './high-water-file.ts'
import { History } from './history.ts'
import { readHead } from './reads/finds.ts'
import {
  databaseGone,
  requireSameHistory,
  withoutHighWater,
  type Opened,
} from './require-same-history.ts'
import { RowMac } from './row-mac.ts'
import { SqliteReader } from './sqlite/reader.ts'
import { SqliteEngine } from './sqlite/sqlite-engine.ts'
import { openForReading } from './sqlite/database.ts'
import { OpenedFiles } from './sqlite/opened-files.ts'
import { StoreLock } from './sqlite/store-lock.ts'
import { StoreOpenError } from './store-open-error.ts'
import type { StoreObserver } from './store-observer.ts'

export interface StoreOptions {
  /** The SQLite file; created with mode 0600 when missing. Its folder must exist. */
  readonly path: string
  /** 32 bytes: the key of the rows' MACs. */
  readonly macKey: Uint8Array
  /** Of the deployment's seed: kept in a new store, and another one is refused from then on. */
  readonly fingerprint: string
  /** Kept in a new store; not looked at otherwise. */
  readonly firstSigningKey: SigningKey
  /** Milliseconds since the epoch; read once for each batch. */
  readonly clock: () => number
  readonly observe: StoreObserver
  /** Whatever was put in its place is opened as it is: only for the operator who accepts it. */
  readonly isAccepting?: boolean
  /** Told what is no error and should be known. */
  readonly warn?: (message: string) => void
  /** Called when the process must end: what was last written is known only after a new start. */
  readonly fatal: (error: Error) => void
}

/** Opens or creates the store, and holds `<path>.lock` until it is closed. Throws a StoreOpenError. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const path = realPath(options.path)
  const lock = StoreLock.acquire(path)
  // Closed from last to first: the connection that writes is the last one, for it tidies the log away.
  const parts: { close(): unknown }[] = [lock]
  const close = async () => {
    for (const part of parts.splice(0).toReversed()) await part.close()
  }
  try {
    const highWater = new HighWaterFile(path)
    const mark = options.isAccepting === true ? undefined : highWater.read()
    if (mark !== undefined && isStoreEmpty(path)) throw databaseGone(path, highWater)
    const engine = await SqliteEngine.open(toOpening(path, options), options.fatal)
    parts.push(engine)
    const scanner = await SqliteReader.open(path, options.macKey, options.fatal)
    parts.push(scanner)
    const database = openForReading(path)
    parts.push(database)
    const source = { sql: database.sql, mac: new RowMac(options.macKey) }
    const opened = { path, source, highWater }
    if (mark !== undefined) await requireSameHistory(opened, mark)
    const head = await readHead(source)
    const committer = new Committer(engine, options.clock, options.observe, head)
    const history = followHistory(opened, head, committer)
    if (options.isAccepting !== true) {
      // Before the first answer; that it can never be written must be known now.
      await history.remember().catch(forgiveFullDisk(highWater, options))
      if (mark === undefined && head.seq > 0) options.warn?.(withoutHighWater(highWater))
    }
    return createStore({
      committer,
      source,
      scanner,
      history,
      observer: options.observe,
      requireSoleUse: () => {
        if (!lock.isInPlace()) options.fatal(new StoreOpenError(lockGone(path)))
      },
      close,
    })
  } catch (cause) {
    await close()
    if (cause instanceof StoreOpenError) throw cause
    throw new StoreOpenError(`The database ${path} cannot be opened.`, { cause })
  }
}

/** A full disk stops no start: nothing new can be answered either, and the mark is tried again every second. */
function forgiveFullDisk({ path }: HighWaterFile, { warn }: StoreOptions) {
  return (error: unknown): void => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error
    warn?.(`The disk is full: ${path} could not be written, and will be as soon as there is room.`)
  }
}

function followHistory(
  { path, source, highWater }: Opened,
  mark: HighWater,
  committer: Committer,
): History {
  const files = new OpenedFiles(path)
  return new History({
    source,
    mark,
    latest: () => committer.latest,
    isReplaced: () => files.isReplaced(),
    write: (reached) => highWater.write(reached),
  })
}

/** Whether nothing has been kept at this path yet: a missing key file beside a store that is not empty is an error. */
export function isStoreEmpty(path: string): boolean {
  if (!existsSync(path) || statSync(path).size === 0) return true
  const database = new DatabaseSync(path)
  try {
    const tables = database.prepare(`select 1 from sqlite_master where type = 'table' limit 1`)
    return tables.get() === undefined
  } catch (cause) {
    throw new StoreOpenError(`The database ${path} cannot be read.`, { cause })
  } finally {
    database.close()
  }
}

/** One file has one lock, whatever links lead to it. A second hard link could not be told from another file. */
function realPath(path: string): string {
  const file = resolve(path)
  if (!existsSync(file)) {
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return inRealFolder(file)
    throw new StoreOpenError(
      `AA_DB_PATH (${file}) is a link to a file that does not exist. Name the file itself.`,
    )
  }
  if (statSync(file).nlink > 1) {
    throw new StoreOpenError(
      `The database ${file} has a second hard link, under which another broker could use it. Remove one of them.`,
    )
  }
  return realpathSync(file)
}

function lockGone(path: string): string {
  return `The lock file ${path}.lock was removed or replaced, so that another broker could use the database. Never remove it: the system drops the lock when a broker ends.`
}

function inRealFolder(file: string): string {
  try {
    return join(realpathSync(dirname(file)), basename(file))
  } catch (cause) {
    throw new StoreOpenError(`The folder of AA_DB_PATH (${file}) does not exist. Make it first.`, {
      cause,
    })
  }
}

function toOpening(path: string, { macKey, fingerprint, firstSigningKey }: StoreOptions) {
  const epoch = randomBytes(8).toString('hex')
  return { path, macKey, fingerprint, firstSigningKey, epoch }
}
