import type { AuditHead, AuditVerifyFault, VerifyAuditResponse } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { StoreHead } from '../store.ts'
import type { AuditExtent, AuditPortion } from './audit-integrity.ts'

/** Events checked in one answer (contract 4.21). */
export const mostEvents = 100_000
/** Events read at a time: other readers get their turn in between. */
const PORTION = 1000
/** Milliseconds after which the rest is left for the next call: whoever asks waits for 10 s, as a rule. */
const PATIENCE = 3_000
/** Verifications at once: each keeps the thread that reads busy, where others wait, too. */
const MOST_AT_ONCE = 8

/** What to verify; everything without it. */
export interface VerifyAuditRequest {
  readonly fromSeq?: number
  readonly toSeq?: number
}

interface Flaw {
  readonly seq: number
  readonly reason: AuditVerifyFault
}

/** What has been found out so far. */
interface Progress {
  readonly checkpoints: number
  readonly last: AuditHead
  readonly error?: Flaw
}

/**
 * Recalculates the chain as it is stored (contract 4.21). It begins behind what retention has removed, and ends with what
 * was the last event when it began.
 */
export async function verifyAudit(
  context: Context,
  asked: VerifyAuditRequest,
): Promise<VerifyAuditResponse> {
  const { verifying } = context.live
  if (verifying.size >= MOST_AT_ONCE) {
    throw new Fault('service_unavailable', 'too many verifications are under way', {
      retryAfter: 1,
    })
  }
  const turn = Symbol('verification')
  verifying.add(turn)
  try {
    return await verify(context, asked)
  } finally {
    verifying.delete(turn)
  }
}

async function verify(context: Context, asked: VerifyAuditRequest): Promise<VerifyAuditResponse> {
  const { store } = context
  const head = await store.head()
  const first = head.prunedSeq + 1
  const from = Math.max(asked.fromSeq ?? first, first)
  const to = Math.min(asked.toSeq ?? head.seq, head.seq, from + mostEvents - 1)
  const progress = await checkRange(context, { head, from, to })
  const error = progress.error ?? (await findOutside(context, { head, from, to }, progress.last))
  // Retention has gone on meanwhile, and what it removed was missed: what is left is looked at anew.
  if (error !== undefined && (await store.head()).prunedSeq > head.prunedSeq) {
    return verify(context, asked)
  }
  const checkpoint = await store.integrity.newestCheckpoint(head.seq)
  const reached = Math.max(progress.last.seq, from - 1)
  return {
    ok: error === undefined,
    from_seq: from,
    to_seq: error === undefined ? reached : to,
    events_checked: (error === undefined ? reached + 1 : Math.max(error.seq, from)) - from,
    checkpoints_checked: progress.checkpoints,
    head: { seq: head.seq, hash: head.hash },
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(error === undefined ? {} : { error }),
  }
}

interface Range {
  readonly head: StoreHead
  readonly from: number
  readonly to: number
}

/** Portion by portion, until something is wrong or there was no more time. */
async function checkRange({ store, clock }: Context, { head, from, to }: Range): Promise<Progress> {
  const startedAt = clock()
  let progress: Progress = { checkpoints: 0, last: { seq: from - 1, hash: '' } }
  for (let next = from; next <= to; next += PORTION) {
    if (next > from && clock() - startedAt > PATIENCE) break
    const portion = toPortion(head, progress.last, { from, next, to })
    const { checkpoints, ...found } = await store.integrity.check(portion)
    progress = { ...found, checkpoints: progress.checkpoints + checkpoints }
    if (progress.error !== undefined) break
  }
  return progress
}

function toPortion(
  { prunedSeq, prunedHash }: StoreHead,
  last: AuditHead,
  { from, next, to }: { readonly from: number; readonly next: number; readonly to: number },
): AuditPortion {
  const isFirst = next === prunedSeq + 1
  const stub = { seq: prunedSeq, hash: prunedHash }
  const known = next === from ? undefined : last
  const toSeq = Math.min(next + PORTION - 1, to)
  return { previous: isFirst ? stub : known, fromSeq: next, toSeq, isFirst }
}

/** What no event within the range can show: the head row tells of another one, or rows lie beyond the log's ends. */
async function findOutside(
  { store }: Context,
  { head, from, to }: Range,
  last: AuditHead,
): Promise<Flaw | undefined> {
  // Whoever asks for what comes behind an event has seen that event.
  if (from > head.seq + 1) return { seq: head.seq + 1, reason: 'missing' }
  const isAtEnd = from <= to && last.seq === head.seq
  if (isAtEnd && last.hash !== head.hash) return { seq: head.seq, reason: 'head' }
  const extent = await store.integrity.extent()
  const { lowest = from } = extent
  if (from === head.prunedSeq + 1 && lowest < from) return { seq: lowest, reason: 'sequence' }
  return isAtEnd ? findBeyond(extent, (await store.head()).seq) : undefined
}

function findBeyond({ highest = 0, highestCheckpoint = 0 }: AuditExtent, end: number) {
  const seq = end + 1
  if (highest > end) return { seq, reason: 'sequence' } as const
  return highestCheckpoint > end ? ({ seq, reason: 'checkpoint' } as const) : undefined
}
