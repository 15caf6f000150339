import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { NewSession } from '../../domain/tokens/session.ts'
import type { Change, Write } from '../change.ts'
import { toSessionRow } from '../tables/sessions.ts'
import { keyIsActive } from './signing-key.ts'

/** A login: its session and first token. */
export function beginSession(
  session: NewSession,
  kid: string,
  events: readonly NewAuditEvent[],
): Change<'key_not_active'> {
  return {
    guards: [keyIsActive(kid)],
    writes: newSession(session, kid),
    events,
    highestExp: session.currentExp,
  }
}

/** The rows of a session and its first token. */
export function newSession(session: NewSession, kid: string): Write[] {
  return [
    { insert: 'sessions', row: toSessionRow(session, kid) },
    {
      insert: 'tokens',
      row: {
        jti: session.currentJti,
        sid: session.sid,
        exp: session.currentExp,
        kid,
        hash: session.currentHash,
      },
    },
  ]
}
