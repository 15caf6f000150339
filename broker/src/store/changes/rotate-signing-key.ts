import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { ChangedKey, KeyRotation } from '../../domain/signing-keys/signing-key.ts'
import type { PresentedSession, SessionGuard } from '../../domain/tokens/presented-session.ts'
import type { Change, Guard, Write } from '../change.ts'
import { retireKeyChange } from '../tables/changes.ts'
import { toSigningKeyRow } from '../tables/signing-keys.ts'
import { presentedSessionGuards } from './presented-session.ts'

/**
 * Never two active keys: one is made only with the change of the active one, which is still as it was read. In an
 * emergency the change overtakes whatever waits.
 */
export function rotateSigningKey(
  { previous, made, isEmergency }: KeyRotation,
  presented: PresentedSession,
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'key_changed'> {
  const making: Write[] =
    made === undefined ? [] : [{ insert: 'signingKeys', row: toSigningKeyRow(made) }]
  const telling: Write[] = isEmergency
    ? [{ insert: 'changes', row: retireKeyChange(previous.after.kid) }]
    : []
  return {
    guards: [...presentedSessionGuards(presented), isAsRead(previous)],
    writes: [rewrite(previous), ...making, ...telling],
    events,
    urgent: isEmergency,
  }
}

/** The private half is gone from the row. */
export function retireSigningKey(
  key: ChangedKey,
  events: readonly NewAuditEvent[],
): Change<'key_changed'> {
  return { guards: [isAsRead(key)], writes: [rewrite(key)], events }
}

function isAsRead({ before }: ChangedKey): Guard<'key_changed'> {
  const { kid, status, sealed } = before
  return { name: 'key_changed', some: 'signingKeys', key: { kid }, where: { status, sealed } }
}

function rewrite({ after }: ChangedKey): Write {
  const { sealed, status, retiresAt = null, retiredAt = null } = after
  const set = { sealed, status, retires_at: retiresAt, retired_at: retiredAt }
  return { update: 'signingKeys', key: { kid: after.kid }, set }
}
