import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { LaunchToken } from '../../domain/launch-tokens/launch-token.ts'
import type { PresentedSession, SessionGuard } from '../../domain/tokens/presented-session.ts'
import { ahead, type Change } from '../change.ts'
import { appActs } from './acting-app.ts'
import { presentedSessionGuards } from './presented-session.ts'

/** An unused launch token registers nobody any more. */
export function removeLaunchToken(
  token: LaunchToken,
  presented: PresentedSession,
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'app_changed' | 'launch_token_spent'> {
  const key = { hash: token.hash }
  return {
    guards: [
      ...presentedSessionGuards(presented),
      ...appActs('app_changed', presented.app),
      {
        name: 'launch_token_spent',
        some: 'launchTokens',
        key,
        where: { used_at: null, expires_at: ahead },
      },
    ],
    writes: [{ remove: 'launchTokens', key }],
    events,
  }
}
