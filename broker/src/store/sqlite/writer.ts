import { chainEvents } from '../audit-writer.ts'
import { prunedBy, type Change, type Guard } from '../change.ts'
import type { BatchReport, Decision } from '../engine.ts'
import { guardedRows, holds } from '../holds.ts'
import { momentOf, type WritingMoment } from '../moment.ts'
import type { RowMac } from '../row-mac.ts'
import type { SqliteDatabase } from './database.ts'
import { isDefect } from './result-codes.ts'
import { SqliteRows, type Written } from './writer-rows.ts'
import { auditEvents } from '../tables/audit-events.ts'
import { head, headKey, toHead, toHeadRow, type Head } from '../tables/head.ts'
import { tables } from '../tables.ts'

/** Runs a batch in one transaction, each change in a savepoint. */
export class SqliteWriter {
  readonly #database: SqliteDatabase
  readonly #rows: SqliteRows

  constructor(database: SqliteDatabase, mac: RowMac) {
    this.#database = database
    this.#rows = new SqliteRows(database, mac)
  }

  /** Everything up to the commit, which is the caller's: an error there means something else. */
  run(batch: readonly Change[], now: number): BatchReport {
    this.#database.run('begin immediate')
    const before = this.#readHead()
    const at = Math.max(now, before.lastTime)
    let present: Head = { ...before, lastTime: at }
    const decisions = batch.map((change) => {
      const tested = attempt(() => this.#failedGuard(change, present))
      if ('error' in tested) return { kept: false, defect: tested.error } as const
      if (tested.result !== undefined) return { kept: false, guard: tested.result } as const
      const { decision, next } = this.#keep(change, present)
      present = next
      return decision
    })
    if (decisions.some(({ kept }) => kept)) {
      this.#rows.update(head, headKey, () => toHeadRow(present))
    }
    return { at, highestExp: present.highestExp, head: present, decisions }
  }

  #readHead(): Head {
    const [row] = this.#rows.find(head, headKey)
    if (row === undefined) throw new Error('the head row is missing or its MAC is wrong')
    return toHead(row)
  }

  #failedGuard(change: Change, present: Head): number | undefined {
    const moment = momentOf(present)
    const place = change.guards.findIndex((guard) => !this.#holds(guard, moment))
    return place === -1 ? undefined : place
  }

  #holds(guard: Guard, moment: WritingMoment): boolean {
    const wanted = guardedRows(guard)
    if (wanted === undefined) return holds(guard, [], moment)
    const { key, where } = wanted
    const table = tables[wanted.table]
    if ('fewer' in guard) return this.#rows.count(table, key, where) < guard.than
    return holds(guard, this.#rows.find(table, key, where), moment)
  }

  #keep(change: Change, present: Head): { decision: Decision; next: Head } {
    this.#database.run('savepoint change')
    const moment = momentOf(present)
    const written = attempt(() => this.#write(change, moment))
    if ('error' in written) return this.#undo({ kept: false, defect: written.error }, present)
    const chained = attempt(() => this.#audit(change, present))
    if ('error' in chained) return this.#undo({ kept: false, unaudited: chained.error }, present)
    this.#database.run('release change')
    const highestExp = Math.max(present.highestExp, change.highestExp ?? 0)
    const decision = { kept: true, ...written.result, seq: present.seq + 1 } as const
    const streamSeq = moment.lastStreamSeq()
    const changed = { highestExp, streamSeq, ...change.epoch, ...prunedBy(change) }
    return { decision, next: { ...chained.result, ...changed } }
  }

  #undo(decision: Decision, next: Head): { decision: Decision; next: Head } {
    this.#database.exec('rollback to change; release change')
    return { decision, next }
  }

  #write({ writes }: Change, moment: WritingMoment): Written {
    const written = writes.map((write) => this.#rows.write(write, moment))
    return {
      removed: written.reduce((sum, { removed }) => sum + removed, 0),
      made: written.flatMap(({ made }) => made),
    }
  }

  #audit({ events }: Change, present: Head): Head {
    const chained = chainEvents(present, events, present.lastTime)
    for (const row of chained.rows) this.#rows.insert(auditEvents, row)
    return chained.head
  }
}

/** What is wrong with one change is found out; what is wrong with the database ends the batch. */
function attempt<Result>(work: () => Result): { result: Result } | { error: string } {
  try {
    return { result: work() }
  } catch (error) {
    if (isDefect(error)) return { error: error.message }
    throw error
  }
}
