import type { ExpiredEvents } from '../../domain/audit/audit-integrity.ts'
import { auditPruneBound } from '../changes/prune-audit.ts'
import { readInteger } from '../read-column.ts'
import type { Row } from '../table.ts'
import { auditEvents, toAuditEvent } from '../tables/audit-events.ts'
import { checkpoints } from '../tables/checkpoints.ts'
import type { Head } from '../tables/head.ts'
import { readHead, type RowSource } from './finds.ts'
import { readAsStored } from './read-as-stored.ts'

/** Up to the first event that is too young, missing, or not as it was written. One more is read than may go: its witness. */
export async function findExpiredEvents(
  source: RowSource,
  { until }: { until: number },
): Promise<ExpiredEvents | { readonly broken: number } | undefined> {
  const head = await readHead(source)
  const first = head.prunedSeq + 1
  const stored = await readAsStored(source, auditEvents, {
    tail: 'where seq between ? and ? order by seq',
    values: [first, first + auditPruneBound],
  })
  const intact = takeLinked(takeIntact(source, stored, first), head).slice(0, auditPruneBound)
  const young = intact.findIndex((row) => readInteger(row, 'happened_at') >= until)
  const row = (young === -1 ? intact : intact.slice(0, young)).at(-1)
  if (row !== undefined) return { first, ...(await describe(source, row)) }
  return intact.length === 0 && first <= head.seq ? { broken: first } : undefined
}

function takeIntact({ mac }: RowSource, stored: readonly Row[], first: number): readonly Row[] {
  const isIntact = (row: Row, place: number) =>
    row['seq'] === first + place && mac.open(auditEvents, row) !== undefined
  const broken = stored.findIndex((row, place) => !isIntact(row, place))
  return broken === -1 ? stored : stored.slice(0, broken)
}

/** Up to an event that the one behind it, or the head row, does not know: it is of another history. */
function takeLinked(
  rows: readonly Row[],
  { prunedHash, seq: end, hash: endHash }: Head,
): readonly Row[] {
  const events = rows.map(toAuditEvent)
  if (events[0] !== undefined && events[0].prev_hash !== prunedHash) return []
  const strange = events.findIndex(({ seq, hash }, place) => {
    const known = events[place + 1]?.prev_hash ?? (seq === end ? endHash : hash)
    return known !== hash
  })
  return strange === -1 ? rows : rows.slice(0, strange)
}

async function describe(source: RowSource, row: Row): Promise<Omit<ExpiredEvents, 'first'>> {
  const { seq, hash } = toAuditEvent(row)
  const [checkpoint] = await readAsStored(source, checkpoints, {
    tail: 'where seq = ?',
    values: [seq],
  })
  const happenedAt = readInteger(row, 'happened_at')
  return { last: { seq, hash }, happenedAt, isSigned: checkpoint !== undefined }
}
