import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { Epoch } from '../../domain/epoch/epoch.ts'
import type { Change } from '../change.ts'
import { headKey } from '../tables/head.ts'

/** Milliseconds between the commit and the instant from which the epoch counts. */
const DELAY = 3000

/** Compare-and-set on the head row's epoch: of any number begun at the same time, one begins. */
export function beginEpoch(
  next: Epoch,
  previous: string,
  events: readonly NewAuditEvent[],
): Change<'epoch_changed' | 'too_late'> {
  return {
    guards: [
      { name: 'epoch_changed', some: 'head', key: headKey, where: { epoch: previous } },
      { name: 'too_late', before: next.notBefore * 1000 - DELAY + 1 },
    ],
    writes: [],
    events,
    epoch: next,
  }
}
