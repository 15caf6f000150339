import type { RevokeRequest, RevokeResponse } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { countingTime } from './report-effect.ts'
import type { Revocation } from './revocation.ts'

/** What the revocation would kill now (contract 4.7, `dry_run`). Nothing is written, the audit neither. */
export async function foresee(
  { store, clock }: Context,
  { level, target }: RevokeRequest,
  entry: Revocation,
): Promise<RevokeResponse> {
  const foreseen = await store.revocations.foresee(entry, clock(), countingTime)
  const { killed, isComplete, byDepth, agents } = foreseen
  return {
    revoked: false,
    level,
    target,
    count: killed,
    ...(isComplete ? {} : { count_complete: false }),
    dry_run: true,
    by_depth: [...byDepth],
    agents: [...agents],
  }
}
