import { maxTokenLength, type Claims } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { requireEpochBegun } from '../epoch/until-epoch.ts'
import { Fault } from '../fault.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import { isClockBehind } from './clock-check.ts'

/** A signed token that exists nowhere yet: it is remembered and handed out only after its change was committed. */
export interface DraftToken {
  readonly claims: Claims
  readonly sid: string
  readonly token: string
  /** Key that signed it, guarded in the change that issues it. */
  readonly kid: string
}

/** What a token is to say besides its times and its issuer. */
export type TokenSubject = Omit<Claims, 'iss' | 'exp' | 'nbf' | 'iat' | 'jti'> & {
  readonly sid: string
  /** Drawn here, unless a delegation record names it already. */
  readonly jti?: string
}

export interface TokenLifetime {
  /** Seconds asked for; clamped to `AA_MAX_TTL` and to the session's end. */
  readonly seconds: number
  /** End of the session, milliseconds since the epoch. */
  readonly sessionEndsAt: number
  /** Seconds since the epoch: `exp` of the delegating session's token, if it is a delegated one. */
  readonly delegatorExp?: number | undefined
  /** Of a login or registration: a session may be as short as a second. Whatever comes after is not worth less. */
  readonly isFirst?: boolean
}

/**
 * Drafts the next token of a session, or undefined if less than a second is left for it. One that outgrows what a
 * broker accepts is refused (400) before anything is consumed.
 */
export function draftToken(
  context: Context,
  subject: TokenSubject,
  lifetime: TokenLifetime,
): DraftToken | undefined {
  const { config, clock, random, keys } = context
  if (isClockBehind(context)) throw clockBehind()
  requireEpochBegun(context)
  const now = clock()
  const iat = Math.floor(now / 1000)
  const longest = Math.min(lifetime.seconds, config.maxTtl)
  const { sessionEndsAt, delegatorExp = Infinity } = lifetime
  const exp = Math.min(iat + longest, Math.floor(sessionEndsAt / 1000), delegatorExp)
  const isCutShort = exp < iat + longest && lifetime.isFirst !== true
  if (exp <= iat || (isCutShort && exp * 1000 - now < 1000)) return undefined
  const claims: Claims = {
    iss: config.issuer,
    exp,
    nbf: iat,
    iat,
    jti: timeOrderedId(clock, random),
    ...subject,
  }
  const kid = keys.activeKid
  const token = keys.sign(claims)
  if (token.length > maxTokenLength) {
    const limit = `the token would exceed ${maxTokenLength} bytes`
    throw new Fault('invalid_request', `${limit}: ask for fewer or shorter scopes`)
  }
  return { claims, sid: subject.sid, token, kid }
}

function clockBehind(): Fault {
  const detail = "this broker's clock is behind the time of its store"
  return new Fault('service_unavailable', detail, { retryAfter: 1 })
}

/** The token is committed: from now on it is known, and may be handed out. */
export function rememberToken({ live }: Context, { claims, token, kid }: DraftToken): void {
  live.verified.set(token, { claims, kid, superseded: false })
}
