import { formatDetail } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import type { NewAuditEvent } from './audit-event.ts'
import type { AuditPruning, ExpiredEvents } from './audit-integrity.ts'
import { signCheckpoint } from './sign-checkpoint.ts'

const DAY = 86_400_000

/**
 * Removes the events older than `AA_AUDIT_RETENTION_DAYS` (contract 5.4): how many have gone. Before an event that somebody
 * has tampered with it stops: that one and what follows are evidence.
 */
export async function pruneAudit(context: Context): Promise<number> {
  const { config, store, clock, log } = context
  const age = config.auditRetentionDays * DAY
  if (age === 0) return 0
  // What this removes is events of its own later on, but not now: the bound stays.
  const until = clock() - age
  let total = 0
  // Portion by portion, so that other changes get their turn in between.
  for (;;) {
    const expired = await store.integrity.findExpired(until)
    if (expired === undefined) return total
    if ('broken' in expired) {
      log.error(
        { seq: expired.broken },
        'an audit event is not as it was written: nothing is removed',
      )
      return total
    }
    const outcome = await store.integrity.prune(toPruning(context, expired, age), [pruned(expired)])
    // Another broker was first, or the key has changed: there is another time.
    if (!outcome.kept) return total
    total += expired.last.seq - expired.first + 1
  }
}

function toPruning(
  { keys, clock, store }: Context,
  expired: ExpiredEvents,
  age: number,
): AuditPruning {
  if (expired.isSigned) return { ...expired, age }
  const at = Math.max(clock(), store.lastTime())
  return { ...expired, age, checkpoint: signCheckpoint(keys, expired.last, at) }
}

function pruned({ last }: ExpiredEvents): NewAuditEvent {
  const parts = { through_seq: last.seq, hash: last.hash }
  return {
    event_type: 'audit_pruned',
    actor: 'system',
    outcome: 'success',
    detail: formatDetail('audit events removed', parts),
  }
}
