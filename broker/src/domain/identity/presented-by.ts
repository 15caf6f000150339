import { lineageOf } from '@agentwrit/protocol'
import type { ActingApp } from '../apps/acting-app.ts'
import type { PresentedSession } from '../tokens/presented-session.ts'
import type { Caller } from './caller.ts'

/** The bearer under which a change is made, and the app it speaks for, if it is an app's: both are guarded again. */
export function presentedBy(caller: Caller, app?: ActingApp): PresentedSession {
  const { kind, sid, kid, claims } = caller
  const { jti, iat, delegation_chain: chain = [] } = claims
  const kids = [...new Set([kid, ...chain.map((record) => record.kid)])]
  const presented = { sid, jti, iat, kids, lineage: lineageOf(claims) }
  if (kind !== 'app') return presented
  return { ...presented, app: app ?? { appId: claims.app_id ?? '' } }
}
