import {
  extendChain,
  type Claims,
  type DelegateRequest,
  type DelegationRecord,
} from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { draftToken, type DraftToken } from '../tokens/draft-token.ts'
import { sha256 } from '../tokens/sha-256.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import { delegationRefused } from './delegation-refused.ts'
import type { Delegate } from './require-delegate.ts'

/** Seconds that a delegated token lives unless asked otherwise. */
const DEFAULT_LIFETIME = 60

export interface DraftDelegation {
  readonly draft: DraftToken
  readonly record: DelegationRecord
}

/** Token and record, signed by the same key; neither exists before the change that keeps both. */
export function draftDelegation(
  context: Context,
  caller: Caller,
  { asked, delegate }: { readonly asked: DelegateRequest; readonly delegate: Delegate },
): DraftDelegation {
  const { clock, random, config, keys } = context
  const [sid, jti] = [timeOrderedId(clock, random), timeOrderedId(clock, random)]
  const grant = {
    delegatee: delegate.agent.agentId,
    granted_scope: asked.scope,
    jti,
    sid,
    delegated_at: new Date(clock()).toISOString(),
  }
  const sign = (message: Uint8Array) => keys.signMessage(message)
  const signer = { kid: keys.activeKid, hash: sha256, sign }
  const chain = extendChain(caller.claims, grant, signer)
  const subject = { ...toSubject(caller.claims, delegate, asked.scope), sid, jti, ...chain }
  const draft = draftToken(context, subject, {
    seconds: asked.ttl === undefined || asked.ttl === 0 ? DEFAULT_LIFETIME : asked.ttl,
    sessionEndsAt: clock() + config.maxSessionAge * 1000,
    delegatorExp: caller.claims.exp,
  })
  const record = chain.delegation_chain.at(-1)
  if (draft === undefined || record === undefined) {
    const detail = 'less than a second of the presented token is left'
    throw delegationRefused(caller, { code: 'unauthorized', detail, reason: 'too_late' })
  }
  return { draft, record }
}

/** Work stays the delegator's, for whom and in which task; who does it is the delegate, bound to its own key. */
function toSubject(
  { aud, task_id, orch_id }: Claims,
  { agent: { agentId, appId, lsid, jkt } }: Delegate,
  scope: string[],
): Pick<Claims, 'sub' | 'aud' | 'scope' | 'task_id' | 'orch_id' | 'app_id' | 'lsid' | 'cnf'> {
  return {
    ...(aud === undefined ? {} : { aud }),
    sub: agentId,
    scope,
    ...(task_id === undefined ? {} : { task_id }),
    ...(orch_id === undefined ? {} : { orch_id }),
    ...(appId === undefined ? {} : { app_id: appId }),
    ...(lsid === undefined ? {} : { lsid }),
    cnf: { jkt },
  }
}
