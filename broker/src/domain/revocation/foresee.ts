import type { RevokeRequest, RevokeResponse } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { requireStillLive } from '../tokens/require-still-live.ts'
import { countingTime } from './report-effect.ts'
import type { Revocation } from './revocation.ts'

/** What the revocation would kill now (contract 4.7, `dry_run`). Nothing is written, the audit neither. */
export async function foresee(
  context: Context,
  caller: Caller,
  { level, target }: RevokeRequest,
  entry: Revocation,
): Promise<RevokeResponse> {
  const { store, clock } = context
  const foreseen = await store.revocations.foresee(entry, clock(), countingTime)
  requireStillLive(context, caller)
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
