import type { ActingApp } from '../apps/acting-app.ts'
import type { PresentedSession } from '../tokens/session.ts'
import type { Caller } from './caller.ts'

/** The bearer under which a change is made, and the app it speaks for, if it is an app's: both are guarded again. */
export function presentedBy({ kind, sid, claims }: Caller, app?: ActingApp): PresentedSession {
  const presented = { sid, jti: claims.jti }
  if (kind !== 'app') return presented
  return { ...presented, app: app ?? { appId: claims.app_id ?? '' } }
}
