import type { VerifyAuditResponse } from '@agentwrit/protocol'
import { documentOf, readDocument } from './document.ts'
import type { CallOptions } from './options.ts'
import { toQuery } from './pages.ts'
import type { StandingSession } from './standing-session.ts'

const isVerified = documentOf<VerifyAuditResponse>({
  ok: 'boolean',
  from_seq: 'number',
  to_seq: 'number',
  events_checked: 'number',
  checkpoints_checked: 'number',
  head: 'object',
})

/**
 * What of the audit trail is to be verified.
 *
 * @example
 * ```ts
 * const options: VerifyAuditOptions = {
 *   fromSeq: 250_001,
 *   onProgress: ({ to_seq, head }) => console.log(`${to_seq} of ${head.seq}`),
 * }
 * ```
 */
export interface VerifyAuditOptions extends CallOptions {
  /** By default the first event that is kept. */
  readonly fromSeq?: number
  /** By default the last event there is at the first answer. */
  readonly toSeq?: number
  /** Told of everything found so far, after each answer of the broker. */
  readonly onProgress?: (soFar: VerifyAuditResponse) => void
}

/** Asks on and on, each time behind the event that the broker has come to. */
export async function verifyAudit(
  session: StandingSession,
  { fromSeq, toSeq, onProgress, ...options }: VerifyAuditOptions,
): Promise<VerifyAuditResponse> {
  let found: VerifyAuditResponse | undefined
  let to = toSeq
  for (let from = fromSeq; ;) {
    const query = toQuery({ from_seq: from?.toString(), to_seq: to?.toString() })
    const call = { method: 'GET', path: `/v1/audit/verify?${query.toString()}` } as const
    const answer = readDocument(await session.send(call, 'safe', options), isVerified)
    found = found === undefined ? { ...answer } : join(found, answer)
    to ??= answer.head.seq
    onProgress?.(found)
    // An answer that has not come any further would be asked for for ever.
    const isStuck = answer.to_seq < (from ?? answer.from_seq)
    if (!answer.ok || isStuck || answer.to_seq >= Math.min(to, answer.head.seq)) return found
    from = answer.to_seq + 1
  }
}

/** The newest answer tells how things are; what was counted is added up. */
function join(before: VerifyAuditResponse, next: VerifyAuditResponse): VerifyAuditResponse {
  return {
    ...next,
    from_seq: before.from_seq,
    events_checked: before.events_checked + next.events_checked,
    checkpoints_checked: before.checkpoints_checked + next.checkpoints_checked,
  }
}
