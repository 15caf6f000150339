import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { App } from '../../domain/apps/app.ts'
import type { PresentedSession, SessionGuard } from '../../domain/tokens/presented-session.ts'
import type { Change } from '../change.ts'
import { toAppRow } from '../tables/apps.ts'
import { presentedSessionGuards } from './presented-session.ts'

/** An app, under a name that no other ever had. */
export function registerApp(
  app: App,
  presented: PresentedSession,
  events: readonly NewAuditEvent[],
): Change<SessionGuard | 'name_taken'> {
  const { name, appId } = app
  return {
    guards: [
      ...presentedSessionGuards(presented),
      { name: 'name_taken', none: 'appNames', key: { name } },
    ],
    writes: [
      { insert: 'appNames', row: { name, app_id: appId } },
      { insert: 'apps', row: toAppRow(app) },
    ],
    events,
  }
}
