import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { LaunchToken } from '../../domain/launch-tokens/launch-token.ts'
import type { PresentedSession, SessionGuard } from '../../domain/tokens/presented-session.ts'
import type { Change } from '../change.ts'
import { toLaunchTokenRow } from '../tables/launch-tokens.ts'
import { appActs } from './acting-app.ts'
import { keepLauncher } from './keep-launcher.ts'
import { presentedSessionGuards } from './presented-session.ts'

/** A launch token, made under a bearer, or by the broker itself for the seed. */
export function createLaunchToken(
  token: LaunchToken,
  presented: PresentedSession | undefined,
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'app_changed'> {
  const expiresAt = Math.ceil(token.expiresAt / 1000)
  return {
    guards:
      presented === undefined
        ? []
        : [...presentedSessionGuards(presented), ...appActs('app_changed', presented.app)],
    writes: [
      { insert: 'launchTokens', row: toLaunchTokenRow(token) },
      ...keepLauncher(token.creatorSid, expiresAt),
    ],
    events,
    // A revocation of its maker must be remembered as long as the launch token could register anybody.
    highestExp: expiresAt,
  }
}
