import type { Claims } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import { draftToken, type DraftToken } from './draft-token.ts'
import { sha256 } from './sha-256.ts'
import type { NewSession, SessionKind } from './session.ts'

export interface SessionSubject {
  readonly kind: SessionKind
  /** What every token of the session says. */
  readonly claims: Pick<Claims, 'sub' | 'scope' | 'task_id' | 'orch_id' | 'app_id' | 'lsid' | 'cnf'>
  /** First lifetime in seconds, before clamping. */
  readonly lifetime: number
}

export interface FirstToken {
  readonly session: NewSession
  readonly draft: DraftToken
}

/** A session about to begin, with its first token: neither exists before the change that keeps both. */
export function draftSession(
  context: Context,
  { kind, claims, lifetime }: SessionSubject,
): FirstToken {
  const { clock, config, random } = context
  const startedAt = clock()
  const endsAt = startedAt + config.maxSessionAge * 1000
  const sid = timeOrderedId(clock, random)
  const aud = config.audience === undefined ? {} : { aud: [config.audience] }
  const draft = draftToken(
    context,
    { ...aud, sid, ...claims },
    { seconds: lifetime, sessionEndsAt: endsAt, isFirst: true },
  )
  if (draft === undefined)
    throw new Fault('unauthorized', 'the token would live less than a second')
  return { session: toSession(kind, draft, { startedAt, endsAt }), draft }
}

/** The session that begins with this token; times in milliseconds. */
export function toSession(
  kind: SessionKind,
  { claims, sid, token }: DraftToken,
  times: Pick<NewSession, 'startedAt' | 'endsAt'>,
): NewSession {
  const { sub, app_id: appId, lsid, task_id: taskId, orch_id: orchId } = claims
  return {
    sid,
    kind,
    sub,
    ...(appId === undefined ? {} : { appId }),
    ...(lsid === undefined ? {} : { lsid }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(orchId === undefined ? {} : { orchId }),
    scope: claims.scope,
    currentJti: claims.jti,
    currentExp: claims.exp,
    currentHash: sha256(token),
    lifetime: claims.exp - claims.iat,
    ...times,
  }
}
