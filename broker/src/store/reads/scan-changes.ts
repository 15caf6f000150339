import type { KeptRevocation } from '../../domain/revocation/revocation.ts'
import type {
  Change,
  SnapshotBounds,
  SnapshotPage,
  SnapshotSize,
  Supersession,
} from '../../domain/streams/change.ts'
import { readInteger, readOneOf, readText } from '../read-column.ts'
import { selectFrom } from '../sql.ts'
import type { Row, Value } from '../table.ts'
import { changeActions, changes } from '../tables/changes.ts'
import { revocations, toRevocation } from '../tables/revocations.ts'
import { readRows, type RowSource } from './finds.ts'

export interface ChangesQuestion {
  readonly seq: number
  readonly limit: number
}

/** Changes behind this number, each with the entry it tells of; without gaps, so none if the next one is gone. */
export async function listChanges(
  source: RowSource,
  { seq, limit }: ChangesQuestion,
): Promise<Change[]> {
  const text = `${selectFrom(changes)} where stream_seq > ? order by stream_seq limit ?`
  const rows = await readRows(source, changes, text, [seq, limit])
  const gap = rows.findIndex((row, place) => row['stream_seq'] !== seq + 1 + place)
  const found = gap === -1 ? rows : rows.slice(0, gap)
  const entries = await findEntries(source, found)
  return found.map((row) => toChange(row, entries))
}

async function findEntries(
  source: RowSource,
  rows: readonly Row[],
): Promise<Map<Value, KeptRevocation>> {
  const ids = rows.map((row) => row['entry_id'] ?? null).filter((id) => id !== null)
  if (ids.length === 0) return new Map()
  const text = `${selectFrom(revocations)} where id in (${ids.map(() => '?').join(', ')})`
  const found = await readRows(source, revocations, text, ids)
  return new Map(found.map((row) => [readText(row, 'id'), toRevocation(row)]))
}

function toChange(row: Row, entries: ReadonlyMap<Value, KeptRevocation>): Change {
  const seq = readInteger(row, 'stream_seq')
  const action = readOneOf(row, 'action', changeActions)
  if (action === 'retire_key') return { seq, action, kid: readText(row, 'kid') }
  if (action === 'supersede') return { seq, ...toSupersession(row) }
  const entry = entries.get(row['entry_id'] ?? null)
  // Entries outlive their changes by days; one that is missing was taken away.
  if (entry === undefined) throw new Error(`change ${seq} tells of an entry that is not there`)
  return { seq, action, entry }
}

function toSupersession(row: Row): Supersession {
  return { action: 'supersede', jti: readText(row, 'jti'), exp: readInteger(row, 'exp') }
}

export async function countSnapshot(
  { sql }: RowSource,
  { at, throughEvent, throughChange }: SnapshotBounds,
): Promise<SnapshotSize> {
  const second = Math.floor(at / 1000)
  const [row] = await sql.all(
    `select (select count(*) from revocations where keep_until > ? and seq <= ?) as entries,
            (select count(*) from changes where ${isSuperseded}) as superseded`,
    [second, throughEvent, second, throughChange],
  )
  if (row === undefined) throw new Error('a query without a table has one row')
  return { entries: readInteger(row, 'entries'), superseded: readInteger(row, 'superseded') }
}

const isSuperseded = `action = 'supersede' and exp > ? and stream_seq <= ?`

/** In the order they were made. */
export async function listSnapshotEntries(
  source: RowSource,
  { at, throughEvent, after, limit }: SnapshotPage<{ seq: number; id: string }>,
): Promise<KeptRevocation[]> {
  const { seq, id } = after ?? { seq: -1, id: '' }
  const text = `${selectFrom(revocations)} where keep_until > ? and seq <= ? and (seq, id) > (?, ?)
    order by seq, id limit ?`
  const values = [Math.floor(at / 1000), throughEvent, seq, id, limit]
  return (await readRows(source, revocations, text, values)).map(toRevocation)
}

export async function listSuperseded(
  source: RowSource,
  { at, throughChange, after = 0, limit }: SnapshotPage<number>,
): Promise<(Change & Supersession)[]> {
  const text = `${selectFrom(changes)} where ${isSuperseded} and stream_seq > ?
    order by stream_seq limit ?`
  const values = [Math.floor(at / 1000), throughChange, after, limit]
  const rows = await readRows(source, changes, text, values)
  return rows.map((row) => ({ seq: readInteger(row, 'stream_seq'), ...toSupersession(row) }))
}
