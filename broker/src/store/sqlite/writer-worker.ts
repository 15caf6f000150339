// The thread that writes, so that an fsync never stalls the HTTP loop. It answers one batch at a time.
import { migrate, type Founding } from '../migrate.ts'
import { RowMac } from '../row-mac.ts'
import { openForWriting, type SqliteDatabase } from './database.ts'
import { isFull } from './result-codes.ts'
import type { BatchAnswer, BatchQuestion, WriterQuestion } from './sqlite-engine.ts'
import { SqliteWriter } from './writer.ts'
import { answerQuestions } from './thread.ts'

/** Kept changes after which the log is carried over into the database, behind the answer. */
const checkpointInterval = 500

let opened: { database: SqliteDatabase; writer: SqliteWriter } | undefined
let sinceCheckpoint = 0

answerQuestions(async (question: WriterQuestion) => {
  if ('open' in question) return open(question.open.path, question.open.macKey, question.open)
  if ('close' in question) return close()
  return runBatch(question)
}, checkpoint)

async function open(path: string, macKey: Uint8Array, founding: Founding): Promise<void> {
  const database = openForWriting(path)
  const mac = new RowMac(macKey)
  try {
    database.exec('begin immediate')
    await migrate(database.sql, mac, founding)
    database.exec('commit')
  } catch (error) {
    database.close()
    throw error
  }
  opened = { database, writer: new SqliteWriter(database, mac) }
}

/** Closing carries the log over by itself; a checkpoint that is due must not be tried behind it. */
function close(): void {
  opened?.database.close()
  opened = undefined
}

function runBatch({ changes, now }: BatchQuestion): BatchAnswer {
  if (opened === undefined) return { undone: 'the store is not open' }
  const { database, writer } = opened
  let isCommitting = false
  try {
    const report = writer.run(changes, now)
    isCommitting = true
    database.exec('commit')
    sinceCheckpoint += report.decisions.filter(({ kept }) => kept).length
    return { report }
  } catch (error) {
    // Room may come from the log itself.
    if (isFull(error)) sinceCheckpoint = checkpointInterval
    const message = error instanceof Error ? error.message : 'the batch failed'
    if (isCommitting && !isFull(error)) return { unknown: message }
    if (database.isInTransaction) database.exec('rollback')
    return { undone: message }
  }
}

/** Only a full disk is forgiven, and tried again behind the next batch; any other error ends the thread, and so the process. */
function checkpoint(): void {
  if (opened === undefined || sinceCheckpoint < checkpointInterval) return
  try {
    opened.database.exec('pragma wal_checkpoint(passive)')
    sinceCheckpoint = 0
  } catch (error) {
    if (!isFull(error)) throw error
  }
}
