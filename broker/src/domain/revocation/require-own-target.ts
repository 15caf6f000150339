import type { RevokeRequest } from '@agentwrit/protocol'
import type { Caller } from '../identity/caller.ts'
import type { KnownTarget } from './find-target.ts'
import { isPrincipal } from './revocation.ts'
import { revocationDenied } from './revocation-denied.ts'

/** A chain begins with an agent; and what may hit others is not for an app to revoke (contract 4.7). */
export function requireLawful(caller: Caller, asked: RevokeRequest): void {
  const { level, target } = asked
  if (level === 'chain' && isPrincipal(target)) {
    const detail = 'target: a chain begins with an agent, so it is named by an agent id'
    throw revocationDenied(caller, asked, {
      code: 'invalid_request',
      detail,
      reason: 'chain_of_a_principal',
    })
  }
  if (caller.kind !== 'app') return
  if (level === 'task' || isPrincipal(target)) {
    const detail = 'an app revokes its own agents, their tokens and their chains'
    throw revocationDenied(caller, asked, { code: 'forbidden', detail, reason: 'not_for_an_app' })
  }
}

/** An app touches its own agents alone; whether another one's exists is nothing it learns. */
export function requireOwnTarget(
  caller: Caller,
  asked: RevokeRequest,
  { isAgent, concerned }: KnownTarget,
): void {
  if (caller.kind !== 'app') return
  const own = caller.claims.app_id
  if (isAgent && own !== undefined && concerned.app_id === own) return
  const detail = 'no agent of this app is meant by the target'
  throw revocationDenied(caller, asked, { code: 'not_found', detail, reason: 'foreign_or_unknown' })
}
