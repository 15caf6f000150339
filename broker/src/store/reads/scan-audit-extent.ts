import type { AuditExtent } from '../../domain/audit/audit-integrity.ts'
import type { RowSource } from './finds.ts'
import { highestSeq } from './read-as-stored.ts'

/** One statement: the numbers belong to one moment. What is no number of ours counts as the nearest one. */
export async function readAuditExtent({ sql }: RowSource): Promise<AuditExtent> {
  const [row] = await sql.all(
    `select ${lowestOf('audit_events')} as lowest, ${highestOf('audit_events')} as highest,
      ${highestOf('checkpoints')} as highest_checkpoint`,
  )
  return {
    lowest: toNumber(row?.['lowest']),
    highest: toNumber(row?.['highest']),
    highestCheckpoint: toNumber(row?.['highest_checkpoint']),
  }
}

function lowestOf(table: string): string {
  const isBelow = (test: string) => `exists (select 1 from ${table} where seq ${test})`
  return `case when ${isBelow('< 0')} or ${isBelow('is null')} then 0
    else (select min(seq) from ${table} where seq between 0 and ${highestSeq}) end`
}

/** Every text and all bytes come behind every number. */
function highestOf(table: string): string {
  return `case when exists (select 1 from ${table} where seq > ${highestSeq}) then ${highestSeq}
    else (select max(seq) from ${table} where seq <= ${highestSeq}) end`
}

function toNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
