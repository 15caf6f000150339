import type { Lineage } from '@agentwrit/protocol'
import type { ActingApp } from '../apps/acting-app.ts'

/** The bearer under which a change is made: guarded again in the change's own transaction. */
export interface PresentedSession {
  readonly sid: string
  readonly jti: string
  /** Seconds, as in the token: a lifted entry spares what was issued since. */
  readonly iat: number
  /** Keys that signed the token and the records of its chain. */
  readonly kids: readonly string[]
  /** Whatever an entry could name it by. */
  readonly lineage: Lineage
  /** The app whose bearer it is: guarded as well. */
  readonly app?: ActingApp
}

export type SessionGuard = 'session_not_current' | 'session_over'
