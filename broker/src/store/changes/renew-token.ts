import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { SessionGuard, TokenSwap } from '../../domain/tokens/session.ts'
import { ahead, type Change } from '../change.ts'
import { keepAgentUntil } from '../tables/agents.ts'
import { newRenewalRow } from '../tables/renewals.ts'
import { appActs } from './acting-app.ts'
import { keepLauncher } from './keep-launcher.ts'
import { isCurrent, isLive, notRevoked } from './presented-session.ts'
import { keyIsActive } from './signing-key.ts'

/** The successor replaces the session's current token: compare-and-set on `current_jti`. */
export function renewToken(
  swap: TokenSwap,
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'session_too_old' | 'app_changed' | 'key_not_active'> {
  const key = { sid: swap.sid }
  return {
    guards: [
      isCurrent({ sid: swap.sid, jti: swap.oldJti }),
      // Before the guards of life: a session past its age has no live token either.
      { name: 'session_too_old', some: 'sessions', key, where: { ends_at: ahead } },
      ...isLive(swap.sid),
      ...notRevoked('session_over', swap.lsid),
      ...appActs('app_changed', swap.app),
      keyIsActive(swap.kid),
    ],
    writes: [
      {
        update: 'sessions',
        key,
        set: {
          current_jti: swap.newJti,
          current_exp: swap.newExp,
          scope: JSON.stringify(swap.scope),
          keep_until: { atLeast: swap.newExp },
        },
      },
      {
        insert: 'tokens',
        row: { jti: swap.newJti, sid: swap.sid, exp: swap.newExp, kid: swap.kid },
      },
      { insert: 'renewals', row: newRenewalRow(swap) },
      { update: 'agents', key, set: { keep_until: { atLeast: keepAgentUntil(swap.newExp) } } },
      ...keepLauncher(swap.lsid, swap.newExp),
    ],
    events,
    highestExp: swap.newExp,
  }
}
