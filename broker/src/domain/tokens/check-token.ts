import {
  brokerLeewaySeconds,
  checkTimes,
  hasIssuer,
  readClaims,
  verifyChain,
  verifyChainAtOnce,
  type Claims,
  type SignedBytes,
} from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import type { DeathReason } from '../revocation/revocation-index.ts'
import { presentTime } from './clock-check.ts'
import type { OpenedToken } from './keys.ts'
import { longestLife } from './longest-life.ts'
import { sha256 } from './sha-256.ts'
import type { VerifiedToken } from './verified-tokens.ts'

export type InvalidReason =
  | 'malformed_or_badly_signed'
  | 'broken_claims'
  | 'broken_chain'
  | 'expired'
  | 'not_yet_valid'
  | 'wrong_issuer'
  | 'unknown_session'
  | 'key_not_accepted'

export type TokenState =
  /** Without `sid`: signed by an imported AgentWrit 2.0 key before its import; good for introspection only. */
  | { readonly state: 'live'; readonly claims: Claims; readonly kid: string }
  | {
      readonly state: 'dead'
      readonly claims: Claims
      readonly kid: string
      readonly reason: DeathReason
    }
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
export function isStillLive(context: Context, token: Signed): boolean {
  const { claims } = token
  if (presentTime(context) >= claims.exp * 1000 || !isKeyAccepted(context, token)) return false
  return context.live.revocations.reasonDead(claims) === undefined
}

type Signed = Pick<VerifiedToken, 'claims' | 'kid'>

type Refused = Extract<TokenState, { state: 'invalid' }>

async function verifyUnseen(
  context: Context,
  token: string,
  pace: Pace,
): Promise<VerifiedToken | Refused> {
  const opened = await openToken(context, token, pace)
  if (opened === undefined) return invalid('malformed_or_badly_signed')
  const claims = readClaims(opened.payload)
  if (claims === undefined) return invalid('broken_claims')
  // An expired token is not worth a read, nor a place in the cache.
  const untimely = checkTimes(claims, presentTime(context), brokerLeewaySeconds)
  if (untimely !== undefined) return invalid(untimely, claims)
  const superseded = await isSuperseded(context, token, { claims, kid: opened.kid })
  if (superseded === undefined) return invalid('unknown_session', claims)
  if (!(await isChainSound(context, claims, pace))) return invalid('broken_chain', claims)
  const verified = { claims, kid: opened.kid, superseded }
  context.live.verified.set(token, verified)
  return verified
}

/** Undefined unless an accepted key signed it; another broker may have made one that we have not heard of. */
async function openToken(
  context: Context,
  token: string,
  pace: Pace,
): Promise<OpenedToken | undefined> {
  const { keys, live } = context
  if (keys.namesUnknownKey(token)) await live.signingKeys.rereadSeldom()
  return pace === 'at once' ? keys.openTokenAtOnce(token) : keys.openToken(token)
}

/** Contract 2.6: every record, under the keys accepted now. */
async function isChainSound({ keys }: Context, claims: Claims, pace: Pace): Promise<boolean> {
  if (claims.delegation_chain === undefined) return true
  if (pace === 'at once') {
    const verify = (signed: SignedBytes) => keys.verifyMessageAtOnce(signed)
    return verifyChainAtOnce(claims, { hash: sha256, verify }).ok
  }
  const verify = async (signed: SignedBytes) => keys.verifyMessage(signed)
  return (await verifyChain(claims, { hash: sha256, verify })).ok
}

/** The key of the token and those of its records: none has been retired or compromised since it was verified. */
function isKeyAccepted({ keys }: Context, { claims, kid }: Signed): boolean {
  if (!keys.accepts(kid)) return false
  return claims.delegation_chain?.every((record) => keys.accepts(record.kid)) ?? true
}

/**
 * Undefined unless we have issued this very token, to the last byte, in a session that is kept: a thief of a key, who has
 * seen the ids of others, can sign what he likes and gets no further.
 */
async function isSuperseded(
  context: Context,
  token: string,
  { claims, kid }: Signed,
): Promise<boolean | undefined> {
  if (claims.sid === undefined) return isImported(context, claims, kid) ? false : undefined
  const { sessions } = context.store
  const hash = sha256(token)
  const session = await sessions.find(claims.sid)
  if (session?.currentJti === claims.jti) return session.currentHash === hash ? false : undefined
  const issued = await sessions.findIssued(claims.jti)
  return issued?.sid === claims.sid && issued.hash === hash ? true : undefined
}

/** Whoever keeps a copy of an imported key can date a token back, but can not make it outlive what was issued then. */
function isImported({ keys }: Context, { iat, exp }: Claims, kid: string): boolean {
  const imported = keys.importedKey
  if (imported?.kid !== kid) return false
  const importedAt = imported.at / 1000
  return iat < importedAt && exp <= importedAt + longestLife
}

function judge(context: Context, token: VerifiedToken): TokenState {
  const { claims, kid, superseded } = token
  if (!isKeyAccepted(context, token)) return invalid('key_not_accepted', claims)
  const untimely = checkTimes(claims, presentTime(context), brokerLeewaySeconds)
  if (untimely !== undefined) return invalid(untimely, claims)
  if (!hasIssuer(claims, context.config.issuer)) return invalid('wrong_issuer', claims)
  const reason = context.live.revocations.reasonDead(claims)
  if (reason !== undefined) return { state: 'dead', claims, kid, reason }
  if (superseded) return { state: 'dead', claims, kid, reason: 'superseded' }
  return { state: 'live', claims, kid }
}

function invalid(reason: InvalidReason, claims?: Claims): Refused {
  return claims === undefined ? { state: 'invalid', reason } : { state: 'invalid', reason, claims }
}
