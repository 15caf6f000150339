import type { ActingApp } from '../../domain/apps/acting-app.ts'
import type { Guard } from '../change.ts'

/**
 * The app in whose name a change is made, if there is one, is active, no entry ends it, and it is as it was read. A row
 * with a bad MAC counts as absent, so a forged app acts no more than an unknown one.
 */
export function appActs<Name extends string>(
  name: Name,
  app: ActingApp | undefined,
): Guard<Name>[] {
  if (app === undefined) return []
  const { appId, version } = app
  const where = { deregistered_at: null, ...(version === undefined ? {} : { version }) }
  return [
    { name, none: 'revocations', key: { level: 'app', target: appId } },
    { name, some: 'apps', key: { app_id: appId }, where },
  ]
}
