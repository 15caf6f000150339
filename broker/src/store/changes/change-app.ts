import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { App } from '../../domain/apps/app.ts'
import type { PresentedSession, SessionGuard } from '../../domain/tokens/presented-session.ts'
import type { Change } from '../change.ts'
import { toChangeableColumns } from '../tables/apps.ts'
import { presentedSessionGuards } from './presented-session.ts'

/** What the app may do is replaced: compare-and-set on its version. */
export function changeApp(
  app: App,
  presented: PresentedSession,
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'app_changed'> {
  const key = { app_id: app.appId }
  return {
    guards: [
      ...presentedSessionGuards(presented),
      { name: 'app_changed', some: 'apps', key, where: { version: app.version - 1 } },
    ],
    writes: [{ update: 'apps', key, set: toChangeableColumns(app) }],
    events,
  }
}
