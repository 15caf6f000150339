import {
  brokerLeewaySeconds,
  checkTimes,
  hasIssuer,
  readClaims,
  type Claims,
} from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import type { DeathReason } from '../revocation/revocation-index.ts'
import type { Session } from './session.ts'
import type { VerifiedToken } from './verified-tokens.ts'

export type InvalidReason =
  | 'malformed_or_badly_signed'
  | 'broken_claims'
  | 'broken_chain'
  | 'expired'
  | 'not_yet_valid'
  | 'wrong_issuer'
  | 'unknown_session'

export type TokenState =
  /** `sessionless`: signed by an imported AgentWrit 2.0 key before its import; good for introspection only. */
  | { readonly state: 'live'; readonly claims: Claims; readonly sessionless: boolean }
  | { readonly state: 'dead'; readonly claims: Claims; readonly reason: DeathReason }
  | { readonly state: 'invalid'; readonly reason: InvalidReason; readonly claims?: Claims }

/** Whether an unseen token waits its turn in the bounded queue; operators' routes do not (contract 2.4). */
export type Pace = 'queued' | 'at once'

/**
 * Contract 2.4. The signature and the session are looked at once per token string, everything else on every use. The
 * judgement is made after the last await and holds for the synchronous turn it is made in.
 */
export async function checkToken(
  context: Context,
  token: string,
  pace: Pace = 'queued',
): Promise<TokenState> {
  const verified = context.live.verified.get(token) ?? (await verifyUnseen(context, token, pace))
  const judged = 'state' in verified ? verified : judge(context, verified)
  if (judged.state === 'invalid') context.live.refusals.count(judged.reason)
  return judged
}

/** Whether a token that was live a moment ago still is: to be asked last, in the turn that writes the answer. */
export function isStillLive({ live, clock }: Context, claims: Claims): boolean {
  return clock() < claims.exp * 1000 && live.revocations.reasonDead(claims) === undefined
}

type Refused = Extract<TokenState, { state: 'invalid' }>

async function verifyUnseen(
  context: Context,
  token: string,
  pace: Pace,
): Promise<VerifiedToken | Refused> {
  const { keys } = context
  const opened = pace === 'at once' ? keys.openTokenAtOnce(token) : await keys.openToken(token)
  if (opened === undefined) return invalid('malformed_or_badly_signed')
  const claims = readClaims(opened.payload)
  if (claims === undefined) return invalid('broken_claims')
  // Nobody can delegate yet, so no honest token carries a chain.
  if (claims.delegation_chain !== undefined) return invalid('broken_chain')
  // An expired token is not worth a read, nor a place in the cache.
  const untimely = checkTimes(claims, context.clock(), brokerLeewaySeconds)
  if (untimely !== undefined) return invalid(untimely, claims)
  const superseded = await isSuperseded(context, claims, opened.kid)
  if (superseded === undefined) return invalid('unknown_session', claims)
  const verified = { claims, kid: opened.kid, superseded }
  context.live.verified.set(token, verified)
  return verified
}

/** Undefined when no session of ours stands behind the token: then a stolen key has signed it. */
async function isSuperseded(
  context: Context,
  claims: Claims,
  kid: string,
): Promise<boolean | undefined> {
  if (claims.sid === undefined) return isImported(context, claims, kid) ? false : undefined
  const session = await context.store.sessions.find(claims.sid)
  if (session === undefined || session.sub !== claims.sub) return undefined
  if (session.currentJti !== claims.jti) return true
  return saysWhatWasIssued(claims, session) ? false : undefined
}

/** A thief of a key who has seen a live token could sign another one under its ids, with more in it. */
function saysWhatWasIssued(claims: Claims, session: Session): boolean {
  return (
    claims.exp === session.currentExp &&
    claims.app_id === session.appId &&
    claims.lsid === session.lsid &&
    claims.task_id === session.taskId &&
    claims.orch_id === session.orchId &&
    claims.scope.length === session.scope.length &&
    claims.scope.every((scope, index) => scope === session.scope[index])
  )
}

/** Seconds: no broker, of any version, lets a token live longer (contract 6.1). */
const LONGEST_LIFE = 2_592_000

/** Whoever keeps a copy of an imported key can date a token back, but can not make it outlive what was issued then. */
function isImported({ keys }: Context, { iat, exp }: Claims, kid: string): boolean {
  const imported = keys.importedKey
  if (imported?.kid !== kid) return false
  const importedAt = imported.at / 1000
  return iat < importedAt && exp <= importedAt + LONGEST_LIFE
}

function judge(context: Context, { claims, superseded }: VerifiedToken): TokenState {
  const untimely = checkTimes(claims, context.clock(), brokerLeewaySeconds)
  if (untimely !== undefined) return invalid(untimely, claims)
  if (!hasIssuer(claims, context.config.issuer)) return invalid('wrong_issuer', claims)
  const reason = context.live.revocations.reasonDead(claims)
  if (reason !== undefined) return { state: 'dead', claims, reason }
  if (superseded) return { state: 'dead', claims, reason: 'superseded' }
  return { state: 'live', claims, sessionless: claims.sid === undefined }
}

function invalid(reason: InvalidReason, claims?: Claims): Refused {
  return claims === undefined ? { state: 'invalid', reason } : { state: 'invalid', reason, claims }
}
