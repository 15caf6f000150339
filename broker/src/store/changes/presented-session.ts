import type { PresentedSession, SessionGuard } from '../../domain/tokens/presented-session.ts'
import { ahead, sinceEpoch, type Guard } from '../change.ts'
import { nothingRevokes } from './not-revoked.ts'
import { keyIsAccepted } from './signing-key.ts'

/** What every change made under a bearer tests again in its own transaction: the bearer is its session's live token. */
export function presentedSessionGuards(presented: PresentedSession): Guard<SessionGuard>[] {
  return [isCurrent(presented), ...isLive(presented)]
}

/** The session goes on, and neither an entry nor the end of a key has killed the token. */
export function isLive({ sid, lineage, iat, kids }: PresentedSession): Guard<'session_over'>[] {
  return [
    isUnexpired('session_over', sid),
    ...nothingRevokes('session_over', lineage, iat * 1000),
    ...kids.map((kid) => keyIsAccepted('session_over', kid)),
  ]
}

export function isCurrent({
  sid,
  jti,
}: Pick<PresentedSession, 'sid' | 'jti'>): Guard<'session_not_current'> {
  return {
    name: 'session_not_current',
    some: 'sessions',
    key: { sid },
    where: { current_jti: jti },
  }
}

/** The session has an unexpired token of this epoch; whether an entry ends it is another question. */
export function isUnexpired<Name extends string>(name: Name, sid: string): Guard<Name> {
  const where = { current_exp: ahead, ends_at: ahead, started_at: sinceEpoch }
  return { name, some: 'sessions', key: { sid }, where }
}
