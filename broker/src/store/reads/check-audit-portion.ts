import { hash } from 'node:crypto'
import { genesisHash, verifyAuditChain, type AuditEvent, type AuditHead } from '@agentwrit/protocol'
import type { AuditPortion, CheckedPortion } from '../../domain/audit/audit-integrity.ts'
import type { Row } from '../table.ts'
import { auditEvents } from '../tables/audit-events.ts'
import { checkCheckpoints } from './check-checkpoints.ts'
import type { RowSource } from './finds.ts'
import { readAsStored } from './read-as-stored.ts'

type Fault = NonNullable<CheckedPortion['error']>

const between = 'where seq between ? and ? order by seq'

/** Rows as they stand are looked at, not what reading them would leave out. Of several faults the first event's counts. */
export async function checkAuditPortion(
  source: RowSource,
  portion: AuditPortion,
): Promise<CheckedPortion> {
  const { fromSeq, toSeq } = portion
  const previous = portion.previous ?? (await readBefore(source, fromSeq))
  if (previous === undefined) return broken({ seq: fromSeq - 1, reason: 'missing' })
  const rows = await readEvents(source, fromSeq, toSeq)
  const missing = findMissing(rows, portion)
  const unbroken = rows.slice(0, (missing?.seq ?? toSeq + 1) - fromSeq)
  const events = unbroken.map(parseEvent)
  const chain = await verifyAuditChain(events, (text) => hash('sha256', text), previous)
  const signed = await checkCheckpoints(source, { events, portion, previous })
  const faults = [missing, chain.error, findForged(source, unbroken, fromSeq), signed.error]
  const error = firstOf(faults)
  if (error !== undefined) return broken(error)
  return { checkpoints: signed.checked, last: chain.head }
}

function broken(error: Fault): CheckedPortion {
  return { checkpoints: 0, last: { seq: 0, hash: genesisHash }, error }
}

/** Of faults at the same event the first in the list. */
function firstOf(faults: readonly (Fault | undefined)[]): Fault | undefined {
  return faults
    .filter((fault) => fault !== undefined)
    .toSorted((one, other) => one.seq - other.seq)[0]
}

function findMissing(rows: readonly Row[], { fromSeq, toSeq }: AuditPortion): Fault | undefined {
  const place = rows.findIndex((row, index) => row['seq'] !== fromSeq + index)
  const seq = fromSeq + (place === -1 ? rows.length : place)
  return seq > toSeq ? undefined : { seq, reason: 'missing' }
}

/** The row says the same as its event, and more: only the MAC covers that. */
function findForged({ mac }: RowSource, rows: readonly Row[], fromSeq: number): Fault | undefined {
  const place = rows.findIndex((row) => mac.open(auditEvents, row) === undefined)
  return place === -1 ? undefined : { seq: fromSeq + place, reason: 'mac' }
}

/** Nothing about it has been checked yet: what is no object has no members either. */
function parseEvent(row: Row): AuditEvent {
  try {
    return JSON.parse(String(row['event']))
  } catch {
    return JSON.parse('null')
  }
}

function readEvents(source: RowSource, from: number, to: number): Promise<Row[]> {
  return readAsStored(source, auditEvents, { tail: between, values: [from, to] })
}

async function readBefore(source: RowSource, seq: number): Promise<AuditHead | undefined> {
  const [row] = await readEvents(source, seq - 1, seq - 1)
  const event: AuditEvent | null = row === undefined ? null : parseEvent(row)
  return typeof event?.hash === 'string' ? { seq: seq - 1, hash: event.hash } : undefined
}
