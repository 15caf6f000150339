import type { AuditFilter, AuditPage, FoundEvents } from '../../domain/audit/audit-query.ts'
import { selectEvents, toSelection, type Selection } from './audit-selection.ts'
import { readInteger } from '../read-column.ts'
import type { Row } from '../table.ts'
import { auditEvents, toAuditEvent } from '../tables/audit-events.ts'
import type { RowSource } from './finds.ts'
import { highestSeq, readAsStored } from './read-as-stored.ts'
import { traceCredential } from './trace-credential.ts'

export interface AuditQuestion {
  readonly filter: AuditFilter
  readonly page: AuditPage
}

/**
 * A page of the audit trail. An event's place in the list is that of its row, so a row that cannot be proven keeps it: it
 * is named instead of shown. That a row is missing, or was changed so that no filter finds it, only verifying the chain
 * can tell.
 */
export async function listAuditEvents(
  source: RowSource,
  { filter, page }: AuditQuestion,
): Promise<FoundEvents> {
  const { credential } = filter
  const traced = credential === undefined ? undefined : await traceCredential(source, credential)
  const span = await findSpan(source, filter)
  const rows = await readPage(source, toSelection(filter, traced), { span, page })
  const total = page.isCounted ? { total: await count(source, { ...filter, span, traced }) } : {}
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  const next =
    rows.length > page.limit && last !== undefined ? { next: readInteger(last, 'seq') } : {}
  return { ...prove(source, shown), ...total, ...next }
}

/** A stretch of the log, both ends included; empty if the last number is below the first. */
interface Span {
  readonly first: number
  readonly last: number
}

/** Time never goes back from one event to the next, so an interval of it is a stretch of the log. */
async function findSpan({ sql }: RowSource, { since, until }: AuditFilter): Promise<Span> {
  const first =
    since === undefined
      ? `select min(seq) from audit_events where ${isOurs}`
      : `select seq from audit_events where happened_at >= ? and ${isOursUnindexed}
         order by happened_at, seq limit 1`
  const last =
    until === undefined
      ? `select max(seq) from audit_events where ${isOurs}`
      : `select seq from audit_events where happened_at <= ? and ${isOursUnindexed}
         order by happened_at desc, seq desc limit 1`
  const [row] = await sql.all(
    `select coalesce((${first}), ${highestSeq}) as first, coalesce((${last}), 0) as last`,
    [since, until].filter((bound) => bound !== undefined),
  )
  if (row === undefined) throw new Error('a query without a table has one row')
  return { first: readInteger(row, 'first'), last: readInteger(row, 'last') }
}

/** Somebody may have put other rows beside them. */
const isOurs = `seq between 1 and ${highestSeq}`
/** The same, where the index of times is to do the work. */
const isOursUnindexed = `seq + 0 between 1 and ${highestSeq}`

interface Stretch {
  readonly span: Span
  readonly page: AuditPage
}

/** One row more than the page holds tells whether others follow. */
function readPage(
  source: RowSource,
  selection: Selection | undefined,
  { span: { first, last }, page: { limit, offset, after = 0 } }: Stretch,
): Promise<Row[]> {
  const from = Math.max(first, after + 1)
  // Numbers have no gaps: among all events, places can be counted off.
  const [begin, skipped] = selection === undefined ? [from + offset, 0] : [from, offset]
  const { tail, values } = selectEvents(selection)
  const all = [...values, begin, last, limit + 1, skipped]
  return readAsStored(source, auditEvents, { tail, values: all })
}

interface Counted extends AuditFilter {
  readonly span: Span
  readonly traced: Selection | undefined
}

async function count(source: RowSource, { span, traced, ...filter }: Counted): Promise<number> {
  const { outcome, ...others } = filter
  if (outcome === 'success') {
    // Nearly all events are: the few others are quicker to count.
    const all = await count(source, { ...others, span, traced })
    return all - (await count(source, { ...others, outcome: 'denied', span, traced }))
  }
  const { first, last } = span
  const selection = toSelection(filter, traced)
  if (selection === undefined) return Math.max(0, last - first + 1)
  const text = `select count(*) as total from audit_events where ${selection.text} and seq between ? and ?`
  const [row] = await source.sql.all(text, [...selection.values, first, last])
  return row === undefined ? 0 : readInteger(row, 'total')
}

function prove({ mac }: RowSource, rows: readonly Row[]): Pick<FoundEvents, 'events' | 'unproven'> {
  const events = []
  const unproven = []
  for (const stored of rows) {
    const row = mac.open(auditEvents, stored)
    if (row === undefined) unproven.push(readInteger(stored, 'seq'))
    else events.push(toAuditEvent(row))
  }
  return { events, unproven }
}
