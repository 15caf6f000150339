import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { PresentedSession, SessionGuard } from '../../domain/tokens/presented-session.ts'
import type { Change } from '../change.ts'
import { entryChange } from '../tables/changes.ts'
import { presentedSessionGuards } from './presented-session.ts'

/** Milliseconds until a lifting counts: every broker has heard of it by then. */
const DELAY = 3000

/** The task may be worked on again in a moment. What the entry killed stays dead, so it is kept until that has expired. */
export function liftRevocation(
  id: string,
  by: { readonly actor: string; readonly presented: PresentedSession },
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'lifted_already'> {
  const set = {
    lifted_at: { wholeSecondAfter: DELAY },
    lifted_by: by.actor,
    keep_until: { highestExp: true, atLeastAfter: DELAY },
  } as const
  return {
    guards: [
      ...presentedSessionGuards(by.presented),
      {
        name: 'lifted_already',
        some: 'revocations',
        key: { id },
        where: { level: 'task', lifted_at: null },
      },
    ],
    writes: [
      { update: 'revocations', key: { id }, set },
      { insert: 'changes', row: entryChange('lift', id) },
    ],
    events,
  }
}
