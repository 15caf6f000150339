// Who asks. Every verb takes a caller, and each audit event names one: there is no anonymous state change except
// signing in and registering, which prove themselves by a secret or a launch token.
import type { Claims } from '@agentwrit/protocol'
import type { Origin } from '../audit/refusal.ts'

export interface Caller {
  readonly kind: 'admin' | 'operator' | 'app' | 'agent'
  /** Verified claims of the presented token. */
  readonly claims: Claims
  /** Its session: every caller has one. */
  readonly sid: string
  /** Key that signed it. */
  readonly kid: string
  readonly origin: Origin
}
