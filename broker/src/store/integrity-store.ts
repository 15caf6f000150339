import type { AuditIntegrityStore } from '../domain/audit/audit-integrity.ts'
import { keepCheckpoint } from './changes/keep-checkpoint.ts'
import { pruneAudit } from './changes/prune-audit.ts'
import { findNewestCheckpoint } from './reads/find-checkpoint.ts'
import type { StoreAccess } from './store-access.ts'

/** The port of what guards the audit trail, for any engine. */
export function createIntegrityStore({
  committer,
  source,
  find,
  scan,
}: StoreAccess): AuditIntegrityStore {
  return {
    check: (portion) => scan('auditPortion', portion),
    extent: () => scan('auditExtent', undefined),
    newestCheckpoint: (atMost) => find(findNewestCheckpoint(source, atMost)),
    keepCheckpoint: (checkpoint) => committer.commit(keepCheckpoint(checkpoint)),
    findExpired: (until) => scan('expiredEvents', { until }),
    prune: (pruning, events) => committer.commit(pruneAudit(pruning, events)),
  }
}
