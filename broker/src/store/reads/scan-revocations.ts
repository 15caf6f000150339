import type {
  KeptRevocation,
  RevocationFilter,
  RevocationPage,
} from '../../domain/revocation/revocation.ts'
import { readInteger, readText } from '../read-column.ts'
import { selectFrom } from '../sql.ts'
import type { Row, Value } from '../table.ts'
import { revocations, toRevocation } from '../tables/revocations.ts'
import { readRows, type RowSource } from './finds.ts'
import { readPage } from './read-page.ts'

export interface RevocationQuestion {
  readonly filter: RevocationFilter
  readonly page: RevocationPage
  /** Milliseconds: as of when an entry is in force. */
  readonly at: number
}

/** All that may cover a token alive at `at` (milliseconds), in the order they were made. */
export async function listInForce(
  source: RowSource,
  { at }: { at: number },
): Promise<KeptRevocation[]> {
  const text = `${selectFrom(revocations)} where keep_until > ? order by seq, id`
  const rows = await readRows(source, revocations, text, [Math.floor(at / 1000)])
  return rows.map(toRevocation)
}

/** Newest first, without the parts of entries about principals. */
export async function listRevocations(
  source: RowSource,
  { filter, page, at }: RevocationQuestion,
): Promise<KeptRevocation[]> {
  const { limit } = page
  const select = (row: Row | undefined) => {
    const after = row === undefined ? page.after : toPlace(row)
    return selectEntries(conditionsOf(filter, after, at), limit)
  }
  return (await readPage(source, { table: revocations, limit, select })).map(toRevocation)
}

/** A piece of SQL and its values. */
type Condition = [text: string, ...values: Value[]]

function conditionsOf(
  { level, target, isInForce }: RevocationFilter,
  after: RevocationPage['after'],
  at: number,
): Condition[] {
  const conditions: Condition[] = [['part_of is null']]
  if (level !== undefined) conditions.push(['level = ?', level])
  if (target !== undefined) conditions.push(['target = ?', target])
  if (after !== undefined) conditions.push(['(seq, id) < (?, ?)', after.seq, after.id])
  if (isInForce !== undefined) {
    conditions.push([isInForce ? inForce : `not (${inForce})`, at, Math.floor(at / 1000)])
  }
  return conditions
}

function selectEntries(conditions: readonly Condition[], limit: number) {
  const all = conditions.map(([condition]) => `(${condition})`).join(' and ')
  return {
    text: `${selectFrom(revocations)} where ${all} order by seq desc, id desc limit ?`,
    values: [...conditions.flatMap(([, ...values]) => values), limit],
  }
}

const inForce = `case when level = 'task' then lifted_at is null or lifted_at > ? else keep_until > ? end`

function toPlace(row: Row): NonNullable<RevocationPage['after']> {
  return { seq: readInteger(row, 'seq'), id: readText(row, 'id') }
}
