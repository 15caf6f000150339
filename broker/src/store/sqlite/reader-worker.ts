// The thread for reads of many rows, so that they do not stall the HTTP loop.
import type { RowSource } from '../reads/finds.ts'
import { RowMac } from '../row-mac.ts'
import type { ReaderQuestion } from './reader.ts'
import { scans, type ScanName, type ScanTypes } from '../reads/scans.ts'
import { openForReading, type SqliteDatabase } from './database.ts'
import { answerQuestions } from './thread.ts'

const cacheKibibytes = 16_384

let opened: { database: SqliteDatabase; source: RowSource } | undefined

answerQuestions(async (question: ReaderQuestion) => {
  if ('open' in question) return open(question.open.path, question.open.macKey)
  if ('close' in question) return opened?.database.close()
  return scan(question.scan, question.asked)
})

function open(path: string, macKey: Uint8Array): void {
  const database = openForReading(path)
  // Counting reads a whole stretch of an index: in SQLite's own 2 MB, a hundred thousand events would be fetched anew by
  // every page of the list.
  database.exec(`pragma cache_size = -${cacheKibibytes}`)
  opened = { database, source: { sql: database.sql, mac: new RowMac(macKey) } }
}

function scan<Name extends ScanName>(name: Name, asked: ScanTypes[Name]['asked']) {
  if (opened === undefined) throw new Error('the store is not open')
  return scans[name](opened.source, asked)
}
