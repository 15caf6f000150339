import type { Revocation } from '../../domain/revocation/revocation.ts'
import type { Write } from '../change.ts'
import { entryChange } from '../tables/changes.ts'
import { entryOfSession, idOfSession } from '../tables/revocations.ts'

/** Which sessions: all of a principal, or those delegated from one whose tokens live longer than this (seconds). */
type Ending =
  | { readonly key: { readonly sub: string } }
  | {
      readonly key: { readonly parent_sid: string }
      readonly where: { readonly current_exp: { readonly above: number } }
    }

/** An entry for each of these sessions, which the change's answer holds, and what verifiers are told of it. */
export function endSessions(sessions: Ending, entry: Revocation): Write[] {
  return [
    { insertEach: 'revocations', of: 'sessions', ...sessions, row: entryOfSession(entry) },
    {
      insertEach: 'changes',
      of: 'sessions',
      ...sessions,
      row: entryChange('revoke', idOfSession(entry)),
      isQuiet: true,
    },
  ]
}
