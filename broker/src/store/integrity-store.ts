import type { AuditIntegrityStore } from '../domain/audit/audit-integrity.ts'
import { keepCheckpoint } from './changes/keep-checkpoint.ts'
import { pruneAudit } from './changes/prune-audit.ts'
import type { Committer } from './committer.ts'
import { findNewestCheckpoint } from './reads/find-checkpoint.ts'
import type { RowSource } from './reads/finds.ts'
import type { Scanner } from './reads/scans.ts'

interface IntegrityStoreParts {
  readonly committer: Committer
  readonly source: RowSource
  /** Turns a failed read into a fault. */
  readonly find: <Answer>(reading: Promise<Answer>) => Promise<Answer>
  readonly scan: Scanner['scan']
}

/** The port of what guards the audit trail, for any engine. */
export function createIntegrityStore({
  committer,
  source,
  find,
  scan,
}: IntegrityStoreParts): AuditIntegrityStore {
  return {
    check: (portion) => scan('auditPortion', portion),
    extent: () => scan('auditExtent', undefined),
    newestCheckpoint: (atMost) => find(findNewestCheckpoint(source, atMost)),
    keepCheckpoint: (checkpoint) => committer.commit(keepCheckpoint(checkpoint)),
    findExpired: (until) => scan('expiredEvents', { until }),
    prune: (pruning, events) => committer.commit(pruneAudit(pruning, events)),
  }
}
