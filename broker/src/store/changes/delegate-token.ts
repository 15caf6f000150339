import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type {
  DelegateSession,
  DelegationGuard,
  NewDelegation,
  Quota,
} from '../../domain/delegation/delegation.ts'
import type { Change, Guard } from '../change.ts'
import { toDelegationRow } from '../tables/delegations.ts'
import { appActs } from './acting-app.ts'
import { newSession } from './begin-session.ts'
import { keepLauncher } from './keep-launcher.ts'
import { nothingRevokes } from './not-revoked.ts'
import { isUnexpired, presentedSessionGuards } from './presented-session.ts'
import { keyIsAccepted, keyIsActive } from './signing-key.ts'

/** A session of its own for the delegate, with its first token and the record that binds both. */
export function delegateToken(
  delegation: NewDelegation,
  events: readonly NewAuditEvent[],
): Change<DelegationGuard> {
  const { presented, session, record, root, kid } = delegation
  return {
    guards: [
      ...presentedSessionGuards(presented),
      ...delegation.apps.flatMap((app) => appActs('app_changed', app)),
      ...isActive(delegation.delegate),
      withinQuota(presented.sid, delegation.quota),
      keyIsActive(kid),
    ],
    writes: [
      ...newSession(session, kid),
      { insert: 'delegations', row: toDelegationRow(record, session, root) },
      ...keepLauncher(session.lsid, session.currentExp),
    ],
    events,
    highestExp: session.currentExp,
  }
}

/** The delegate's own registration is live; what could stop the new token by its holder stops that one, too. */
function isActive({ sid, lineage, kid, startedAt }: DelegateSession): Guard<'delegate_inactive'>[] {
  const name = 'delegate_inactive'
  return [
    isUnexpired(name, sid),
    ...nothingRevokes(name, lineage, startedAt),
    keyIsAccepted(name, kid),
  ]
}

function withinQuota(sid: string, { fewerThan, after }: Quota): Guard<'too_many_delegations'> {
  return {
    name: 'too_many_delegations',
    fewer: 'sessions',
    than: fewerThan,
    key: { parent_sid: sid },
    where: { current_exp: { above: Math.floor(after / 1000) } },
  }
}
