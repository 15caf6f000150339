import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { BrokerFiles, BrokerProcess, BrokerProcessOptions } from './broker-process.ts'

/** What a broker takes up, in bytes. */
export interface Footprint {
  /** Resident memory of the process, after its garbage was collected. */
  readonly memory: number
  /** The most that was ever resident, garbage included. */
  readonly peak: number
  /** Pages of the database that hold something. */
  readonly database: number
  /** All its files: database, log, index of the log. */
  readonly files: number
  readonly events: number
}

/** For a broker process that can be asked for its footprint. */
export const measurable: BrokerProcessOptions = {
  nodeOptions: ['--expose-gc', '--import', join(import.meta.dirname, 'memory-probe.ts')],
}

export async function footprint(broker: BrokerProcess, files: BrokerFiles): Promise<Footprint> {
  const told = once(broker.child, 'message')
  broker.child.send('memory')
  const [usage] = (await told) as [{ rss: number; peak: number }]
  return { memory: usage.rss, peak: usage.peak, ...measureFiles(files) }
}

/** By how much `after` is larger, as a share: 0.05 is five per cent. Less is not a growth. */
export function growth(before: number, after: number): number {
  return Math.max(0, after / before - 1)
}

/** How many refusals the audit log tells of, repeats included. */
export function countRefusals({ databasePath }: BrokerFiles): number {
  const database = new DatabaseSync(databasePath, { readOnly: true })
  const row = database
    .prepare(
      `select sum(coalesce(json_extract(event, '$.repeat_count'), 1)) as refusals from audit_events
       where outcome = 'denied'`,
    )
    .get()
  database.close()
  return Number(row?.['refusals'])
}

function measureFiles({ folder, databasePath }: BrokerFiles) {
  const names = readdirSync(folder).filter((name) => name.startsWith('data.db'))
  const database = new DatabaseSync(databasePath, { readOnly: true })
  const read = (query: string) => Number(Object.values(database.prepare(query).get() ?? {})[0])
  const pages = read('pragma page_count') - read('pragma freelist_count')
  const result = {
    database: pages * read('pragma page_size'),
    files: names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0),
    events: read('select count(*) from audit_events'),
  }
  database.close()
  return result
}
