import { countOf, minuteOf, type MinuteCount } from '../../domain/statistics/count.ts'
import type { OwedEvents, Tally } from '../../domain/statistics/count.ts'
import { readInteger } from '../read-column.ts'
import { selectFrom } from '../sql.ts'
import type { Row } from '../table.ts'
import { auditEvents, toAuditEvent } from '../tables/audit-events.ts'
import { readRows, type RowSource } from './finds.ts'

/** Whoever waits for another scan waits for no more than these. */
const portion = 250

/** Counts where the events are read: what crosses the thread are a few sums. */
export async function tallyEvents(
  source: RowSource,
  { after, through, since }: OwedEvents,
): Promise<Tally> {
  const young = await findFirstSince(source, since)
  const first = Math.max(after + 1, young ?? Number.POSITIVE_INFINITY)
  if (first > through) return { through, counts: [] }
  const last = Math.min(through, first + portion - 1)
  const text = `${selectFrom(auditEvents)} where seq between ? and ?`
  const rows = await readRows(source, auditEvents, text, [first, last])
  return { through: last, counts: sumUp(rows) }
}

/** Time never goes back from one event to the next. */
async function findFirstSince({ sql }: RowSource, since: number): Promise<number | undefined> {
  const text = `select seq from audit_events where happened_at >= ? order by happened_at, seq limit 1`
  const [row] = await sql.all(text, [since])
  return row && readInteger(row, 'seq')
}

function sumUp(rows: readonly Row[]): MinuteCount[] {
  const sums = new Map<string, MinuteCount>()
  for (const row of rows) {
    const count = countOf(toAuditEvent(row))
    if (count === undefined) continue
    const minute = minuteOf(readInteger(row, 'happened_at'))
    const key = `${minute} ${count.series}`
    sums.set(key, { ...count, minute, times: count.times + (sums.get(key)?.times ?? 0) })
  }
  return [...sums.values()]
}
