import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { AppSecretSwap } from '../../domain/apps/app.ts'
import type { PresentedSession, SessionGuard } from '../../domain/tokens/presented-session.ts'
import type { Change } from '../change.ts'
import { presentedSessionGuards } from './presented-session.ts'
import { endPrincipal } from './revoke-principal.ts'

/**
 * A new secret; the old one becomes the previous one or ends at once, and an older previous one is gone. With `ending` all
 * sessions of the app end in the same change.
 */
export function rotateAppSecret(
  { appId, oldHash, newHash, oldExpiresAt, ending }: AppSecretSwap,
  presented: PresentedSession,
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'app_changed'> {
  const key = { app_id: appId }
  const where = { deregistered_at: null, secret_hash: oldHash }
  return {
    guards: [
      ...presentedSessionGuards(presented),
      { name: 'app_changed', some: 'apps', key, where },
    ],
    writes: [
      {
        update: 'apps',
        key,
        set: {
          secret_hash: newHash,
          previous_secret_hash: oldExpiresAt === undefined ? null : oldHash,
          previous_secret_expires_at: oldExpiresAt ?? null,
        },
      },
      ...(ending === undefined ? [] : endPrincipal(ending)),
    ],
    events,
    urgent: ending !== undefined,
  }
}
