// A throw-away engine that proves the seam: PostgreSQL decides nothing, it loads the guard rows of a whole batch under
// the head row's lock and takes the result. The product's engine is another one.
import type { Client } from 'pg'
import { chainEvents } from '../../src/store/audit-writer.ts'
import { prunedBy, type Change } from '../../src/store/change.ts'
import {
  EngineFailure,
  type BatchReport,
  type Decision,
  type Engine,
} from '../../src/store/engine.ts'
import { guardedRows, holds } from '../../src/store/holds.ts'
import { migrate, type Founding } from '../../src/store/migrate.ts'
import { momentOf } from '../../src/store/moment.ts'
import type { RowMac } from '../../src/store/row-mac.ts'
import type { Row, TableDescription } from '../../src/store/table.ts'
import { auditEvents } from '../../src/store/tables/audit-events.ts'
import { head, headKey, toHead, toHeadRow, type Head } from '../../src/store/tables/head.ts'
import { tables, type TableName } from '../../src/store/tables.ts'
import { PostgresImage } from './postgres-image.ts'
import { PostgresRows, toSql } from './postgres-rows.ts'

export class PostgresEngine implements Engine {
  readonly #client: Client
  readonly #rows: PostgresRows

  private constructor(client: Client, mac: RowMac) {
    this.#client = client
    this.#rows = new PostgresRows(client, mac)
  }

  /** The connection is the engine's from now on. */
  static async open(client: Client, mac: RowMac, founding: Founding): Promise<PostgresEngine> {
    await client.query('begin')
    try {
      await client.query('select pg_advisory_xact_lock(1)')
      await migrate(toSql(client), mac, founding)
      await client.query('commit')
    } catch (error) {
      await client.query('rollback')
      await client.end()
      throw error
    }
    return new PostgresEngine(client, mac)
  }

  async run(batch: readonly Change[], now: number): Promise<BatchReport> {
    try {
      return await this.#transact(batch, now)
    } catch (cause) {
      await this.#client.query('rollback')
      const isDefect = cause instanceof Error && !(cause instanceof EngineFailure)
      if (!isDefect) throw cause
      if (batch.length > 1) return this.#runAlone(batch, now)
      const report = await this.run([], now)
      return { ...report, decisions: [{ kept: false, defect: cause.message }] }
    }
  }

  async close(): Promise<void> {
    await this.#client.end()
  }

  /** Finds the change that the database refuses by running each on its own. */
  async #runAlone(batch: readonly Change[], now: number): Promise<BatchReport> {
    const decisions: Decision[] = []
    let report = await this.run([], now)
    for (const change of batch) {
      report = await this.run([change], now)
      decisions.push(...report.decisions)
    }
    return { ...report, decisions }
  }

  async #transact(batch: readonly Change[], now: number): Promise<BatchReport> {
    await this.#client.query('begin isolation level read committed')
    const [row] = await this.#rows.find(head, [headKey], 'for update')
    if (row === undefined) throw new EngineFailure('the head row is missing or its MAC is wrong')
    const before = toHead(row)
    const at = Math.max(now, before.lastTime)
    const image = await this.#load(batch, at)
    image.load(head, [row])
    const { decisions, present } = decide(batch, image, { ...before, lastTime: at })
    if (decisions.some(({ kept }) => kept)) {
      image.write({ update: 'head', key: headKey, set: toHeadRow(present) }, momentOf(present))
    }
    await this.#rows.flush(image)
    await this.#client.query('commit')
    return { at, highestExp: present.highestExp, head: present, decisions }
  }

  /** One query for each table and kind of key, however many changes there are. */
  async #load(batch: readonly Change[], at: number): Promise<PostgresImage> {
    const image = new PostgresImage()
    const wanted = new Map<string, KeyGroup>()
    for (const { table: name, key } of batch.flatMap(touchedRows)) {
      const table = tables[name]
      const kind = [table.name, ...Object.keys(key)].join(' ')
      const group: KeyGroup = wanted.get(kind) ?? { table, keys: [] }
      group.keys.push(key)
      wanted.set(kind, group)
    }
    for (const { table, keys } of wanted.values()) {
      image.load(table, await this.#rows.find(table, keys))
    }
    for (const { table, atMost } of expiringRows(batch)) {
      image.load(table, await this.#rows.findExpired(table, at, atMost))
    }
    for (const { removeThrough, seq } of removedPrefixes(batch)) {
      const table = tables[removeThrough]
      image.load(table, await this.#rows.findThrough(table, seq))
    }
    return image
  }
}

interface KeyGroup {
  readonly table: TableDescription
  readonly keys: Row[]
}

function touchedRows(change: Change): { table: TableName; key: Row }[] {
  const guarded = change.guards.map(guardedRows)
  const written = change.writes.map((write) => {
    if ('update' in write) return { table: write.update, key: { ...write.key } }
    if ('remove' in write) return { table: write.remove, key: { ...write.key } }
    if ('insertEach' in write) return { table: write.of, key: { ...write.key } }
    return undefined
  })
  return [...guarded, ...written].filter((touched) => touched !== undefined)
}

/** Tables from which expired rows are to be removed, and how many by all the changes together. */
function expiringRows(batch: readonly Change[]) {
  const bounds = new Map<TableDescription, number>()
  for (const write of batch.flatMap(({ writes }) => writes)) {
    if (!('removeExpired' in write)) continue
    const table = tables[write.removeExpired]
    bounds.set(table, (bounds.get(table) ?? 0) + write.atMost)
  }
  return [...bounds].map(([table, atMost]) => ({ table, atMost }))
}

function removedPrefixes(batch: readonly Change[]) {
  return batch.flatMap(({ writes }) => writes).filter((write) => 'removeThrough' in write)
}

/** First come, first served. */
function decide(batch: readonly Change[], image: PostgresImage, start: Head) {
  let present = start
  const decisions = batch.map((change): Decision => {
    const moment = momentOf(present)
    const guard = change.guards.findIndex((candidate) => {
      const wanted = guardedRows(candidate)
      const rows = wanted === undefined ? [] : image.find(tables[wanted.table], wanted.key)
      return !holds(candidate, rows, moment)
    })
    if (guard !== -1) return { kept: false, guard }
    const chained = chain(present, change)
    if ('unaudited' in chained) return chained
    const written = change.writes.map((write) => image.write(write, moment))
    for (const row of chained.rows) image.insert(auditEvents, row)
    const highestExp = Math.max(present.highestExp, change.highestExp ?? 0)
    const changed = { highestExp, streamSeq: moment.lastStreamSeq(), ...change.epoch }
    present = { ...chained.head, ...changed, ...prunedBy(change) }
    const removed = written.reduce((sum, one) => sum + one.removed, 0)
    return { kept: true, removed, made: written.flatMap(({ made }) => made), seq: moment.seq }
  })
  return { decisions, present }
}

function chain(present: Head, { events }: Change) {
  try {
    return chainEvents(present, events, present.lastTime)
  } catch {
    return { kept: false, unaudited: 'the events have no canonical form' } as const
  }
}
