import { mock } from 'node:test'
import type { Change } from '../../src/store/change.ts'
import type { Engine } from '../../src/store/engine.ts'
import { migrate } from '../../src/store/migrate.ts'
import { scans, type Scanner, type ScanName, type ScanTypes } from '../../src/store/reads/scans.ts'
import { RowMac } from '../../src/store/row-mac.ts'
import { openForReading, openForWriting } from '../../src/store/sqlite/database.ts'
import { SqliteReader } from '../../src/store/sqlite/reader.ts'
import { SqliteEngine, type SqliteOpening } from '../../src/store/sqlite/sqlite-engine.ts'
import { SqliteWriter } from '../../src/store/sqlite/writer.ts'

/** Kept batches after which the log is carried over into the database. */
const checkpointInterval = 100

/**
 * Runs the work with stores that write and scan in the thread of whoever asks: the same SQL on the same files, without
 * the messages between threads and without starting any. Only for those whose subject is neither.
 */
export async function inOneThread<Result>(work: () => Promise<Result>): Promise<Result> {
  const engines = mock.method(SqliteEngine, 'open', openEngine)
  const readers = mock.method(SqliteReader, 'open', openReader)
  try {
    return await work()
  } finally {
    engines.mock.restore()
    readers.mock.restore()
  }
}

async function openEngine({ path, macKey, ...founding }: SqliteOpening): Promise<Engine> {
  const database = openForWriting(path)
  const mac = new RowMac(macKey)
  database.exec('begin immediate')
  await migrate(database.sql, mac, founding)
  database.exec('commit')
  const writer = new SqliteWriter(database, mac)
  let batches = 0
  return {
    // A failure leaves the transaction open, so that every later batch fails too: nothing goes on behind it.
    async run(changes: readonly Change[], now: number) {
      const report = writer.run(changes, now)
      database.exec('commit')
      batches += 1
      if (batches % checkpointInterval === 0) database.exec('pragma wal_checkpoint(passive)')
      return report
    },
    close: async () => database.close(),
  }
}

async function openReader(path: string, macKey: Uint8Array): Promise<Scanner & AsyncClosing> {
  const database = openForReading(path)
  const source = { sql: database.sql, mac: new RowMac(macKey) }
  return {
    scan: <Name extends ScanName>(name: Name, asked: ScanTypes[Name]['asked']) =>
      scans[name](source, asked),
    close: async () => database.close(),
  }
}

interface AsyncClosing {
  close(): Promise<void>
}
