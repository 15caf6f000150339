import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { RenewalGuard, TokenSwap } from '../../domain/tokens/session.ts'
import { ahead, type Change, type Guard, type Write } from '../change.ts'
import { keepAgentUntil } from '../tables/agents.ts'
import { supersedeChange } from '../tables/changes.ts'
import { newRenewalRow } from '../tables/renewals.ts'
import { appActs } from './acting-app.ts'
import { endSessions } from './end-sessions.ts'
import { keepLauncher } from './keep-launcher.ts'
import { isCurrent, isLive, isUnexpired } from './presented-session.ts'
import { keyIsAccepted, keyIsActive } from './signing-key.ts'

/** The successor replaces the session's current token: compare-and-set on `current_jti`. */
export function renewToken(
  swap: TokenSwap,
  events: readonly NewAuditEvent[],
): Change<RenewalGuard> {
  const { presented, kid, newExp } = swap
  const key = { sid: presented.sid }
  return {
    guards: [
      isCurrent(presented),
      // Before the guards of life: a session past its age has no live token either.
      { name: 'session_too_old', some: 'sessions', key, where: { ends_at: ahead } },
      ...delegatorOutlives(swap),
      ...isLive(presented),
      ...swap.apps.flatMap((app) => appActs('app_changed', app)),
      keyIsActive(kid),
    ],
    writes: [
      ...replaceToken(swap),
      ...keepLauncher(swap.lsid, newExp),
      ...endChildren(swap),
      ...tellIfNarrowed(swap),
    ],
    events,
    highestExp: newExp,
  }
}

/** The delegating session is live, and its token lives as long as the successor (law 1). */
function delegatorOutlives({ delegator, newExp }: TokenSwap): Guard<'delegator_over'>[] {
  if (delegator === undefined) return []
  const { sid, kid } = delegator
  const name = 'delegator_over'
  const where = { current_exp: { atLeast: newExp } }
  return [
    isUnexpired(name, sid),
    { name, some: 'sessions', key: { sid }, where },
    keyIsAccepted(name, kid),
  ]
}

function replaceToken(swap: TokenSwap): Write[] {
  const { presented, delegator, newJti, newExp, kid } = swap
  const { sid } = presented
  const set = {
    current_jti: newJti,
    current_exp: newExp,
    current_hash: swap.newHash,
    scope: JSON.stringify(swap.scope),
    kid,
    keep_until: { atLeast: newExp },
  }
  return [
    { update: 'sessions', key: { sid }, set },
    { insert: 'tokens', row: { jti: newJti, sid, exp: newExp, kid, hash: swap.newHash } },
    { insert: 'renewals', row: newRenewalRow(swap) },
    delegator === undefined ? keepAgent(swap) : keepDelegation(sid, newExp),
  ]
}

function keepAgent({ presented: { sid }, newExp, kid }: TokenSwap): Write {
  const set = { keep_until: { atLeast: keepAgentUntil(newExp) }, last_kid: kid }
  return { update: 'agents', key: { sid }, set }
}

function keepDelegation(sid: string, exp: number): Write {
  return { update: 'delegations', key: { sid }, set: { keep_until: { atLeast: exp } } }
}

/** Else an old token that may do more would pass offline until it expires. */
function tellIfNarrowed({ isNarrowed, presented, oldExp }: TokenSwap): Write[] {
  return isNarrowed ? [{ insert: 'changes', row: supersedeChange(presented.jti, oldExp) }] : []
}

/** A child that would outlive the successor ends with it. */
function endChildren({ ending, presented, newExp }: TokenSwap): Write[] {
  if (ending === undefined) return []
  const key = { parent_sid: presented.sid }
  return endSessions({ key, where: { current_exp: { above: newExp } } }, ending)
}
