import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { Revocation, RevokingGuard } from '../../domain/revocation/revocation.ts'
import type { PresentedSession } from '../../domain/tokens/presented-session.ts'
import type { Change, Guard, Write } from '../change.ts'
import { entryChange } from '../tables/changes.ts'
import { newEntry } from '../tables/revocations.ts'
import { appActs } from './acting-app.ts'
import { presentedSessionGuards } from './presented-session.ts'

/** An entry. Of any number made for one level and target at the same time, one is kept. */
export function revoke(
  entry: Revocation,
  presented: PresentedSession,
  events: readonly NewAuditEvent[],
): Change<RevokingGuard | 'revoked_already'> {
  const { level, target } = entry
  const standing = { released: 0, part_of: null, lifted_at: null }
  return {
    guards: [
      ...presentedActs(presented),
      { name: 'revoked_already', none: 'revocations', key: { level, target }, where: standing },
    ],
    writes: enter('revoke', entry),
    events,
    urgent: true,
  }
}

/** The entry, and what verifiers are told of it. */
export function enter(action: 'revoke' | 'release', entry: Revocation): Write[] {
  return [
    { insert: 'revocations', row: newEntry(entry) },
    { insert: 'changes', row: entryChange(action, entry.id) },
  ]
}

/** A repeat leaves nothing but its events: the entry stands. */
export function repeatRevocation(
  id: string,
  presented: PresentedSession,
  events: readonly NewAuditEvent[],
): Change<RevokingGuard | 'lifted'> {
  return {
    guards: [
      ...presentedActs(presented),
      { name: 'lifted', some: 'revocations', key: { id }, where: { lifted_at: null } },
    ],
    writes: [],
    events,
  }
}

/** The presented bearer is live, and so is the app it speaks for. */
export function presentedActs(presented: PresentedSession): Guard<RevokingGuard>[] {
  return [...presentedSessionGuards(presented), ...appActs('app_changed', presented.app)]
}
