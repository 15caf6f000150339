import type { RevocationLevel } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../domain/audit/audit-event.ts'
import type { CommitPlace } from '../domain/statistics/statistics.ts'

/** What can fail: batches of changes, reads of single rows, reads of many. */
export const storeOperations = ['commit', 'read', 'scan'] as const
export type StoreOperation = (typeof storeOperations)[number]

/** Told what the store does, for metrics; called before the callers are answered. */
export interface StoreObserver {
  /** These events are in the chain, one behind the other; the batch that wrote them took so long. */
  eventsCommitted(events: readonly NewAuditEvent[], seconds: number, place: CommitPlace): void
  /** So many live tokens were killed by an entry of this level, or by a release. */
  tokensKilled(level: RevocationLevel | 'release', count: number): void
  operationFailed(operation: StoreOperation): void
}
