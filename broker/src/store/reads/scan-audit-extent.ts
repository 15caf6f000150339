import type { AuditExtent } from '../../domain/audit/audit-integrity.ts'
import type { RowSource } from './finds.ts'

/** One statement: the numbers belong to one moment. */
export async function readAuditExtent({ sql }: RowSource): Promise<AuditExtent> {
  const [row] = await sql.all(
    `select (select min(seq) from audit_events) as lowest, (select max(seq) from audit_events) as highest,
      (select max(seq) from checkpoints) as highest_checkpoint`,
  )
  return {
    lowest: toNumber(row?.['lowest']),
    highest: toNumber(row?.['highest']),
    highestCheckpoint: toNumber(row?.['highest_checkpoint']),
  }
}

function toNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
