import type { ExpiredEvents } from '../../domain/audit/audit-integrity.ts'
import { auditPruneBound } from '../changes/prune-audit.ts'
import { readInteger } from '../read-column.ts'
import type { Row } from '../table.ts'
import { auditEvents, toAuditEvent } from '../tables/audit-events.ts'
import { checkpoints } from '../tables/checkpoints.ts'
import { readHead, type RowSource } from './finds.ts'
import { readAsStored } from './read-as-stored.ts'

/** Up to the first event that is too young, missing, or not as it was written. */
export async function findExpiredEvents(
  source: RowSource,
  { until }: { until: number },
): Promise<ExpiredEvents | { readonly broken: number } | undefined> {
  const { prunedSeq, seq: end } = await readHead(source)
  const first = prunedSeq + 1
  const stored = await readAsStored(source, auditEvents, {
    tail: 'where seq between ? and ? order by seq',
    values: [first, first + auditPruneBound - 1],
  })
  const intact = takeIntact(source, stored, first)
  const young = intact.findIndex((row) => readInteger(row, 'happened_at') >= until)
  const row = (young === -1 ? intact : intact.slice(0, young)).at(-1)
  if (row !== undefined) return { first, ...(await describe(source, row)) }
  return intact.length === 0 && first <= end ? { broken: first } : undefined
}

function takeIntact({ mac }: RowSource, stored: readonly Row[], first: number): readonly Row[] {
  const isIntact = (row: Row, place: number) =>
    row['seq'] === first + place && mac.open(auditEvents, row) !== undefined
  const broken = stored.findIndex((row, place) => !isIntact(row, place))
  return broken === -1 ? stored : stored.slice(0, broken)
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
