import { countOf, minuteOf } from '../../domain/statistics/count.ts'
import type { Count, MinuteCount, OwedEvents, Tally } from '../../domain/statistics/count.ts'
import { readInteger } from '../read-column.ts'
import type { Row } from '../table.ts'
import { toAuditEvent } from '../tables/audit-events.ts'
import type { RowSource } from './finds.ts'

/** Whoever waits for another scan waits for no more than these. */
const portion = 1000

/**
 * Counts where the events are read: what crosses the thread are a few sums. The MACs are left to the verification of the log:
 * no number here proves or allows anything, and checking them would take ten times as long.
 */
export async function tallyEvents(
  source: RowSource,
  { after, through, since }: OwedEvents,
): Promise<Tally> {
  const young = await findFirstSince(source, since)
  const first = Math.max(after + 1, young ?? Number.POSITIVE_INFINITY)
  if (first > through) return { through, counts: [] }
  const last = Math.min(through, first + portion - 1)
  const text = 'select happened_at, event from audit_events where seq between ? and ?'
  const rows = await source.sql.all(text, [first, last])
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
    const [count, minute] = readCount(row)
    if (count === undefined) continue
    const key = `${minute} ${count.series}`
    sums.set(key, { ...count, minute, times: count.times + (sums.get(key)?.times ?? 0) })
  }
  return [...sums.values()]
}

/** A row that is no longer what was written counts for nothing, and keeps nobody from counting the others. */
function readCount(row: Row): [Count | undefined, number] {
  try {
    return [countOf(toAuditEvent(row)), minuteOf(readInteger(row, 'happened_at'))]
  } catch {
    return [undefined, 0]
  }
}
