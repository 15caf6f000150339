import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { AppLogin } from '../../domain/apps/app.ts'
import { ahead, type Change, type Guard } from '../change.ts'
import { appActs } from './acting-app.ts'
import { beginSession } from './begin-session.ts'

/** An app's login, while the app is active, as it was read, and has the secret that was presented. */
export function signInApp(
  login: AppLogin,
  events: readonly NewAuditEvent[],
): Change<'app_changed' | 'key_not_active'> {
  const begin = beginSession(login.session, login.kid, events)
  const guards = [...appActs('app_changed', login.app), hasSecret(login), ...begin.guards]
  return { ...begin, guards }
}

function hasSecret({ app: { appId }, secretHash, isPrevious }: AppLogin): Guard<'app_changed'> {
  const where = isPrevious
    ? { previous_secret_hash: secretHash, previous_secret_expires_at: ahead }
    : { secret_hash: secretHash }
  return { name: 'app_changed', some: 'apps', key: { app_id: appId }, where }
}
