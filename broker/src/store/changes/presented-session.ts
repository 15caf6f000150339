import type { PresentedSession, SessionGuard } from '../../domain/tokens/session.ts'
import { ahead, sinceEpoch, type Guard } from '../change.ts'

/** What every change made under a bearer tests again in its own transaction: the bearer is its session's live token. */
export function presentedSessionGuards(presented: PresentedSession): Guard<SessionGuard>[] {
  return [isCurrent(presented), ...isLive(presented.sid)]
}

export function isCurrent({ sid, jti }: PresentedSession): Guard<'session_not_current'> {
  return {
    name: 'session_not_current',
    some: 'sessions',
    key: { sid },
    where: { current_jti: jti },
  }
}

export function isLive(sid: string): Guard<'session_over'>[] {
  const where = { current_exp: ahead, ends_at: ahead, started_at: sinceEpoch }
  return [{ name: 'session_over', some: 'sessions', key: { sid }, where }, noEntryEnds(sid)]
}

/** Nobody has revoked the session (a release does not matter): what it launched may go on. */
export function notRevoked<Name extends string>(
  name: Name,
  sid: string | undefined,
): Guard<Name>[] {
  if (sid === undefined) return []
  return [{ name, none: 'revocations', key: { level: 'token', sid }, where: { released: 0 } }]
}

/** No revocation entry, a release included, ends the session. */
export function noEntryEnds(sid: string): Guard<'session_over'> {
  return { name: 'session_over', none: 'revocations', key: { level: 'token', sid } }
}
