import {
  regressionSince,
  type Epoch,
  type HighWater,
  type Regression,
  type Remembered,
} from '../domain/epoch/epoch.ts'
import { readRows, type RowSource } from './reads/finds.ts'
import { selectFrom } from './sql.ts'
import { auditEvents, toAuditEvent } from './tables/audit-events.ts'
import { head, toHead, type Head } from './tables/head.ts'

export interface HistoryParts {
  readonly source: RowSource
  /** How far the store had come when it was opened. */
  readonly mark: HighWater
  /** How far it had come after the latest commit of this process. */
  readonly latest: () => HighWater
  /** Whether the files that were opened are the store's no longer. */
  readonly isReplaced?: () => boolean
  /** Keeps the mark outside of the store. */
  readonly write?: (mark: Remembered) => Promise<void>
}

/** Remembers how far the store has come, and tells when it is no longer that store. */
export class History {
  readonly #parts: HistoryParts
  #mark: Remembered
  #written: Remembered | undefined

  constructor(parts: HistoryParts) {
    this.#parts = parts
    this.#mark = parts.mark
  }

  /** Compared with the last mark, too: a commit on an older store would make `latest` a part of that. */
  async inspect(): Promise<Epoch | { readonly regression: Regression }> {
    const { source, latest, isReplaced } = this.#parts
    const found =
      isReplaced?.() === true
        ? { regression: 'file_replaced' as const }
        : await compare(source, [this.#mark, latest()])
    this.#mark = 'regression' in found ? { ...this.#mark, ...found } : found
    return found
  }

  async remember(): Promise<void> {
    const mark = this.#mark
    if (this.#written !== undefined && isSame(this.#written, mark)) return
    await this.#parts.write?.(mark)
    this.#written = mark
  }
}

/** The head of a store that may follow one that had come as far as these marks. */
export async function compare(
  source: RowSource,
  marks: readonly HighWater[],
): Promise<HighWater | { readonly regression: Regression }> {
  const [row] = await readRows(source, head, selectFrom(head), [])
  if (row === undefined) return { regression: 'no_head' }
  const present = toHead(row)
  for (const mark of marks) {
    const hashAtMark = await findHashAt(source, mark, present)
    const regression = regressionSince(mark, present, hashAtMark)
    if (regression !== undefined) return { regression }
  }
  return present
}

/** Told by what comes next, the head or the next event: the event itself may be gone by retention. */
async function findHashAt(
  source: RowSource,
  { seq, hash }: HighWater,
  present: Head,
): Promise<string | undefined> {
  if (seq === present.seq) return present.hash
  if (seq === present.prunedSeq) return present.prunedHash
  // Retention has gone beyond it, with this history.
  if (seq < present.prunedSeq) return hash
  const text = `${selectFrom(auditEvents)} where seq = ?`
  const [row] = await readRows(source, auditEvents, text, [seq + 1])
  return row && toAuditEvent(row).prev_hash
}

function isSame(one: Remembered, other: Remembered): boolean {
  const { seq, hash, epoch, regression } = one
  const isSameHead = seq === other.seq && hash === other.hash && epoch === other.epoch
  return isSameHead && regression === other.regression
}
